"use strict";
// The page is whole without this script: it hides what was not chosen, sorts and filters tables,
// and says all of a cell's numbers.

// What only a reader of the whole page needs.
for (const part of document.querySelectorAll(".whole")) part.hidden = true;

const chosen = {};

function showChosen() {
  for (const select of document.querySelectorAll("#switch select")) {
    chosen[select.name] = select.value;
  }
  for (const part of document.querySelectorAll("[data-part]")) {
    part.hidden = Object.keys(chosen).some(
      (name) => name in part.dataset && part.dataset[name] !== chosen[name],
    );
  }
}

const form = document.getElementById("switch");
form.hidden = form.querySelectorAll("select").length === 0;
form.addEventListener("change", showChosen);
form.addEventListener("submit", (event) => event.preventDefault());
showChosen();

// Sorting: by the number that a cell starts with, else by its text; what has none comes last.

function sortKey(row, column) {
  const text = row.cells[column].textContent.trim();
  const value = parseFloat(text.replace("< ", ""));
  return { text, value: Number.isNaN(value) ? null : value };
}

function compare(one, other, sign) {
  if (one.value !== null && other.value !== null) return sign * (one.value - other.value);
  if (one.value !== null) return -1;
  if (other.value !== null) return 1;
  return sign * one.text.localeCompare(other.text);
}

function sortBy(table, column) {
  const headers = [...table.tHead.rows[0].cells];
  const ascending = headers[column].getAttribute("aria-sort") !== "ascending";
  headers.forEach((header) => header.removeAttribute("aria-sort"));
  headers[column].setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows].map((row) => ({ row, key: sortKey(row, column) }));
  rows.sort((one, other) => compare(one.key, other.key, ascending ? 1 : -1));
  table.tBodies[0].append(...rows.map((entry) => entry.row));
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    // One stop of the Tab key: the button says what its word means.
    const word = button.querySelector(".word");
    if (word) {
      word.removeAttribute("tabindex");
      button.setAttribute("aria-describedby", word.getAttribute("aria-describedby"));
    }
    button.addEventListener("click", () => sortBy(table, column));
  });
}

// Filtering.

for (const tools of document.querySelectorAll(".tools")) {
  const [text, marked] = tools.querySelectorAll("input");
  const rows = [...tools.parentElement.querySelector("tbody").rows];
  const filter = () => {
    const wanted = text.value.trim().toLowerCase();
    for (const row of rows) {
      const found = row.textContent.toLowerCase().includes(wanted);
      row.hidden = !found || (marked.checked && !("marked" in row.dataset));
    }
    const count = rows.filter((row) => !row.hidden).length;
    tools.querySelector(".shown").textContent = `${count} of ${rows.length} rows`;
  };
  text.addEventListener("input", filter);
  marked.addEventListener("change", filter);
  tools.hidden = false;
  filter();
}

// A cell under the pointer or the keyboard says all of its numbers below the table. One cell of a
// table is a stop of the Tab key; arrows lead to the others.

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

for (const table of document.querySelectorAll("table.impact")) {
  const says = table.closest("[data-metric]").querySelector(".says");
  const cellOf = (event) => event.target.closest("td[title]");
  const say = (event) => {
    const cell = cellOf(event);
    if (cell) says.textContent = cell.title;
  };
  const first = table.querySelector("td[title]");
  if (first) first.tabIndex = 0;
  table.addEventListener("mouseover", say);
  table.addEventListener("focusin", say);
  table.addEventListener("keydown", (event) => {
    const cell = cellOf(event);
    if (!cell || !(event.key in STEPS)) return;
    const [down, right] = STEPS[event.key];
    const row = table.rows[cell.parentElement.rowIndex + down];
    const next = row && row.cells[cell.cellIndex + right];
    if (!next || !next.title) return;
    event.preventDefault();
    cell.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

// What is folded is printed too.

addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details:not([open])")) {
    details.open = true;
    details.dataset.folded = "";
  }
});
addEventListener("afterprint", () => {
  for (const details of document.querySelectorAll("details[data-folded]")) {
    details.open = false;
    delete details.dataset.folded;
  }
});
