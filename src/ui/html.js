// html.js - the libraries under one roof: markup, state, signals.
import { h, render, Fragment } from "./lib/preact.js";
import { useEffect, useId, useRef, useState } from "./lib/hooks.js";
import { computed, signal } from "./lib/signals.js";
import htm from "./lib/htm.js";

export const html = htm.bind(h);
export { computed, Fragment, render, signal, useEffect, useId, useRef, useState };
