"""The table of figures, the machine they are of, and their place in README.md."""
import os
import platform
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Table:
    def __init__(self):
        self.rows = []

    def add(self, engine, what, value, unit="/s", goal=None, at_most=False, limit=None, note=""):
        """limit: (name, figure) of the raw limit measured beside it."""
        reached = goal is None or (value <= goal if at_most else value >= goal)
        verdict = "" if goal is None else "reached" if reached else f"missed by {abs(value / goal - 1):.0%}"
        shown = "" if goal is None else f"{'<=' if at_most else '>='} {goal:,.10g} {unit}"
        ratio = f"{value / limit[1]:.0%} of {limit[0]}" if limit and limit[1] else ""
        self.rows.append((engine, what, f"{value:,.1f} {unit}" if value < 100 else f"{value:,.0f} {unit}", shown, ratio,
                          "; ".join(x for x in (verdict, note) if x)))
        say(" | ".join(self.rows[-1]))

    def text(self, where="database", beside="beside the raw limit"):
        head = [f"| {where} | work | measured | goal | {beside} | verdict |", "| --- | --- | --- | --- | --- | --- |"]
        return "\n".join(head + ["| " + " | ".join(row) + " |" for row in self.rows]) + "\n"


def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text()).group(1)) // 1024
    return (f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} cores, {memory} MB, "
            f"Linux {platform.release()}")


def keep(name, result):
    """Puts a result into README.md, between the two marks of its name."""
    page = HERE / "README.md"
    before, mark, rest = page.read_text().partition(f"<!-- {name} -->\n")
    page.write_text(before + mark + "\n" + result + "\n" + rest[rest.index(f"<!-- end of {name} -->"):])
