"use strict";
// A panel of the storyboard leads to its shot, and the shot that plays is marked.
const player = document.getElementById("player");
const panels = [...document.querySelectorAll("[data-start]")];
for (const panel of panels) {
  panel.addEventListener("click", () => {
    if (!player) return;
    player.currentTime = Number(panel.dataset.start) + 0.01;
    player.play();
    player.scrollIntoView({ block: "nearest" });
  });
}
if (player) {
  player.addEventListener("timeupdate", () => {
    const now = panels.filter((panel) => Number(panel.dataset.start) <= player.currentTime).pop();
    for (const panel of panels) panel.classList.toggle("now", panel === now);
  });
}
