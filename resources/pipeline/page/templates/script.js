"use strict";
// Player, timeline, curves, findings and storyboard share one clock: the frame. Works without the film, too.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const root = document.documentElement;
  const [over, under] = document.body.dataset.rate.split("/").map(Number);
  const frames = Math.max(1, Number(document.body.dataset.frames));
  const player = document.getElementById("player");
  const list = document.getElementById("findings");
  const clock = document.getElementById("clock");
  const counter = document.getElementById("frame");
  const cursors = all(".cursor");
  const panels = all(".panel");
  const findings = all(".finding").filter((item) => item.querySelector("[data-frame]"));
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let frame = 0;
  let current = -1;
  root.classList.add("live");

  const clamp = (value) => Math.min(frames - 1, Math.max(0, value));
  // half a frame in: no rounding of a decoder can show the neighbour
  const middle = (at) => ((at + 0.5) * under) / over;
  const frameAt = (seconds) => clamp(Math.floor((seconds * over) / under + 1e-6));

  function show(at) {
    frame = clamp(at);
    const x = `${((frame + 0.5) / frames) * 100}%`;
    for (const cursor of cursors) {
      cursor.setAttribute("x1", x);
      cursor.setAttribute("x2", x);
    }
    const hundredths = Math.floor((frame * 100 * under) / over + 1e-6);
    const two = (value) => String(value).padStart(2, "0");
    clock.textContent = `${Math.floor(hundredths / 6000)}:${two(Math.floor(hundredths / 100) % 60)}.${two(hundredths % 100)}`;
    counter.textContent = String(frame);
    for (const panel of panels) {
      const now = frame >= Number(panel.dataset.start) && frame < Number(panel.dataset.stop);
      panel.classList.toggle("now", now);
    }
  }

  function go(at) {
    show(at);
    player.pause();
    player.currentTime = middle(frame);
    // who seeks again before a frame is on the screen is shown the first one for good by Chromium, unless it is asked to tell
    player.requestVideoFrameCallback?.(() => {});
  }

  function mark(index) {
    current = index;
    findings.forEach((item, k) => {
      if (k === index) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
    });
    if (index < 0) return;
    const item = findings[index];
    if (list.scrollHeight > list.clientHeight) {
      list.scrollTo({ top: item.offsetTop - list.clientHeight / 3, behavior: calm.matches ? "auto" : "smooth" });
    }
    go(Number(item.querySelector("[data-frame]").dataset.frame));
  }

  function turn(step) {
    if (!findings.length) return;
    const at = (item) => Number(item.querySelector("[data-frame]").dataset.frame);
    let next = current + step;
    if (current < 0 || at(findings[current]) !== frame) {
      next = step > 0 ? findings.findIndex((item) => at(item) > frame) : findings.findLastIndex((item) => at(item) < frame);
    }
    mark(next < 0 ? (step > 0 ? 0 : findings.length - 1) : next % findings.length);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-frame]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const name = link.getAttribute("href").slice(1);
    const index = findings.findIndex((item) => item.id === name || item.contains(link));
    mark(index);
    if (index < 0) go(Number(link.dataset.frame));
    player.scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
  });

  for (const surface of all("[data-seek]")) {
    const seek = (event) => {
      const box = surface.getBoundingClientRect();
      mark(-1);
      go(Math.floor(((event.clientX - box.left) / box.width) * frames));
    };
    surface.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.target.closest("a")) return;
      surface.setPointerCapture(event.pointerId);
      seek(event);
    });
    surface.addEventListener("pointermove", (event) => {
      if (surface.hasPointerCapture(event.pointerId)) seek(event);
    });
  }

  for (const button of all("[data-step]")) button.addEventListener("click", () => go(frame + Number(button.dataset.step)));
  for (const button of all("[data-turn]")) button.addEventListener("click", () => turn(Number(button.dataset.turn)));

  const playing = () => {
    if (player.paused) return;
    show(frameAt(player.currentTime));
    requestAnimationFrame(playing);
  };
  player.addEventListener("play", playing);
  player.addEventListener("timeupdate", () => {
    if (!player.seeking && player.readyState) show(frameAt(player.currentTime));
  });
  // a player stops between two frames, and what it shows may be either
  player.addEventListener("pause", () => {
    const at = frameAt(player.currentTime);
    if (!player.ended && !player.seeking && Math.abs(player.currentTime - middle(at)) > 1e-5) go(at);
  });
  player.addEventListener("seeked", () => show(frameAt(player.currentTime)));
  player.addEventListener("error", () => {
    document.querySelector(".missing").hidden = false;
  });

  const keys = {
    ArrowLeft: () => go(frame - 1),
    ArrowRight: () => go(frame + 1),
    n: () => turn(1),
    p: () => turn(-1),
    " ": () => (player.paused ? player.play().catch(() => {}) : player.pause()),
  };
  // capture: the player's own arrow keys leap by seconds
  document.addEventListener(
    "keydown",
    (event) => {
      const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey || !document.getElementById("keys").checked) return;
      const where = event.target;
      if (where.closest("input, textarea, select")) return;
      if (event.key === " " && where.closest("a, button, summary, video")) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    },
    true,
  );

  for (const compare of all(".compare")) {
    const slider = compare.querySelector("input");
    const cut = () => compare.style.setProperty("--at", String(slider.value / 100));
    slider.addEventListener("input", cut);
    cut();
  }

  const printed = document.querySelector(".poster");
  if (player.poster) printed.src = player.poster;
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
  show(0);
})();
