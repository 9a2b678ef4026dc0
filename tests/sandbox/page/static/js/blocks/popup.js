/* A box in the browser's top layer, kept at an anchor: no scrolling parent can clip it, no modal can cover it. */

const GAP = 4;
const EDGE = 8;

/** { open, close, isOpen } of a popover. `onLeave` is called when the person turns to something else. */
export function anchored(anchor, box, { onLeave, minWidth = 180, matchWidth = false }) {
  const isOpen = () => box.isConnected && box.matches(":popover-open");

  function follow() {
    const at = anchor.getBoundingClientRect();
    const width = Math.min(Math.max(matchWidth ? at.width : 0, minWidth), innerWidth - 2 * EDGE);
    box.style[matchWidth ? "width" : "minWidth"] = `${width}px`;
    const below = innerHeight - at.bottom - GAP - EDGE;
    const above = at.top - GAP - EDGE;
    const upwards = below < Math.min(box.scrollHeight, 240) && above > below;
    box.style.maxHeight = `${Math.min(300, upwards ? above : below)}px`;
    box.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - box.offsetWidth - EDGE))}px`;
    box.style.top = upwards ? "auto" : `${at.bottom + GAP}px`;
    box.style.bottom = upwards ? `${innerHeight - at.top + GAP}px` : "auto";
  }

  function outside(event) {
    const path = event.composedPath();
    if (!path.includes(anchor) && !path.includes(box)) onLeave();
  }

  function scrolled(event) {
    if (event.target !== box) follow();
  }

  return {
    isOpen,
    follow: () => isOpen() && follow(),
    open() {
      if (isOpen()) return;
      box.showPopover();
      follow();
      addEventListener("pointerdown", outside, true);
      addEventListener("scroll", scrolled, true);
      addEventListener("resize", follow);
    },
    close() {
      removeEventListener("pointerdown", outside, true);
      removeEventListener("scroll", scrolled, true);
      removeEventListener("resize", follow);
      if (isOpen()) box.hidePopover();
    },
  };
}
