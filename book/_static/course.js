// Wakes the panels that course_lib.plots.explore writes: every answer is already on the page, a
// slider picks one. Plain range inputs: arrow keys, Home and End work as everywhere. And lets code,
// tables and equations that are wider than the page fade out where there is more to see.
(() => {
  "use strict";

  function wake(panel) {
    const data = JSON.parse(panel.querySelector('script[type="application/json"]').textContent);
    const inputs = [...panel.querySelectorAll('input[type="range"]')];
    const text = panel.querySelector(".course-widget-text");
    const bars = panel.querySelector(".course-widget-bars");

    function row([name, from, to]) {
      const line = document.createElement("div");
      const label = document.createElement("span");
      const track = document.createElement("div");
      const bar = document.createElement("i");
      line.className = "course-widget-row";
      label.textContent = name;
      bar.style.marginLeft = `${(100 * from) / data.end}%`;
      bar.style.width = `${(100 * (to - from)) / data.end}%`;
      track.append(bar);
      line.append(label, track);
      return line;
    }

    function update() {
      let index = 0;
      inputs.forEach((input, i) => {
        const chosen = Number(input.value);
        index = index * data.sizes[i] + chosen;
        input.setAttribute("aria-valuetext", data.values[i][chosen]);
        input.nextElementSibling.textContent = data.values[i][chosen];
      });
      text.textContent = data.texts[index];
      bars.replaceChildren(...data.rows[index].map(row));
    }

    inputs.forEach((input) => {
      input.disabled = false;
      input.addEventListener("input", update);
    });
    update();
  }

  const WIDE = [
    "div.highlight pre",
    ".pst-scrollable-table-container",
    ".cell_output .text_html:has(table)",
    "div.math > mjx-container",
  ];

  function mark(box) {
    const hidden = box.scrollWidth - box.clientWidth;
    box.classList.toggle("more-right", hidden - box.scrollLeft > 2);
    if (hidden > 2) box.tabIndex = 0; // the arrow keys scroll it
  }

  function watchWideBoxes() {
    const sizes = new ResizeObserver((entries) => entries.forEach((entry) => mark(entry.target)));
    document.querySelectorAll(WIDE.map((box) => `.bd-article ${box}`).join(",")).forEach((box) => {
      box.addEventListener("scroll", () => mark(box), { passive: true });
      sizes.observe(box);
    });
  }

  // Equations are set after the page has loaded.
  window.addEventListener("load", async () => {
    await window.MathJax?.startup?.promise;
    watchWideBoxes();
  });

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".course-widget").forEach(wake);
    // The theme's arrows in the sidebar have no name for a screen reader.
    document.querySelectorAll(".bd-sidebar-primary summary").forEach((arrow) => {
      arrow.setAttribute("aria-label", "Pages below this one");
    });
  });
})();
