// all.js - what almost every screen takes, in one place.
export * from "./parts.js";
export { Link } from "./route.js";
