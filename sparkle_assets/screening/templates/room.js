"use strict";
// A frame of the strip and a spoken line lead to their second of the film; what plays is marked.
const player = document.getElementById("player");
const reel = document.getElementById("reel");
const frames = [...document.querySelectorAll(".frame[data-start]")];
const lines = [...document.querySelectorAll(".words li[data-start]")];
const startOf = (element) => Number(element.dataset.start);

const lead = (element, play) => {
  if (!player) return;
  player.currentTime = startOf(element) + 0.01;
  if (play) player.play();
};
for (const element of [...frames, ...lines]) {
  element.addEventListener("click", () => {
    lead(element, true);
    if (player) player.scrollIntoView({ block: "nearest" });
  });
}

const mark = (elements) => {
  const now = elements.filter((element) => startOf(element) <= player.currentTime + 0.05).pop();
  for (const element of elements) element.classList.toggle("now", element === now);
  return now;
};
let shown = null;
if (player) {
  player.addEventListener("timeupdate", () => {
    mark(lines);
    const frame = mark(frames);
    if (!frame || frame === shown) return;
    shown = frame;
    const middle = frame.offsetLeft - reel.offsetLeft - (reel.clientWidth - frame.clientWidth) / 2;
    reel.scrollTo({ left: middle, behavior: "smooth" });
  });
  // a link from Dagster names the shot by its slot: /films/ID#03
  const follow = () => {
    const linked = frames.find((frame) => frame.dataset.slot === location.hash.slice(1));
    if (linked) lead(linked, false);
  };
  follow();
  addEventListener("hashchange", follow);
}
