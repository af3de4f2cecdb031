/**
 * What the person has drawn on one version, in full-resolution picture pixels.
 *
 * Every change gets a new revision number; the server answers with the revision its selection belongs to, and
 * with the highest revision that a message has used up ("consumed"). Kept in sessionStorage, so that a reload
 * does not lose them.
 */
class Strokes {
  constructor() {
    this.items = [];
    this.last = [];
    this.revision = 0;
    this.store = null;
  }

  /** Continue the numbering of this conversation; bring back what a reload interrupted. */
  open(store, revision, width, height) {
    if (this.store === store) return false;
    this.store = store;
    this.items = [];
    this.last = [];
    this.revision = Math.max(this.revision, revision);
    try {
      const kept = JSON.parse(sessionStorage.getItem(store) ?? "null");
      if (kept && kept.width === width && kept.height === height && kept.items.length) {
        this.items = kept.items;
        this.revision = Math.max(this.revision, kept.revision) + 1;
        this.items.forEach((item) => { item.revision = this.revision; });
        return true;
      }
    } catch { /* a full or forbidden storage only costs the reload's memory */ }
    return false;
  }

  get pending() {
    return this.items.length > 0;
  }

  add(item) {
    this.revision += 1;
    this.items.push({ ...item, revision: this.revision });
  }

  undo() {
    this.items.pop();
    this.touch();
  }

  clear() {
    if (this.items.length) this.last = this.items;
    this.items = [];
    this.touch();
  }

  reselect() {
    if (!this.items.length) this.items = this.last;
    this.touch();
  }

  /** The server has used everything up to `revision`. */
  consume(revision) {
    if (!this.items.length || this.revision > revision) return;
    this.last = this.items;
    this.items = [];
  }

  touch() {
    this.revision += 1;
    this.items = this.items.map((item) => ({ ...item, revision: this.revision }));
  }

  keep(width, height) {
    if (!this.store) return;
    try {
      if (this.items.length) {
        sessionStorage.setItem(this.store, JSON.stringify({ width, height, revision: this.revision, items: this.items }));
      } else sessionStorage.removeItem(this.store);
    } catch { /* see open() */ }
  }

  /** What goes to the server. */
  message(version, width, height) {
    const items = this.items.map(({ revision, ...item }) => item);
    return { version, width, height, revision: this.revision, items };
  }
}

/** Is `item` too small to have been meant (a box drawn by a slip)? */
function isSlip(item, scale) {
  if (item.kind !== "box") return false;
  const [x0, y0, x1, y1] = item.box;
  return Math.min(x1 - x0, y1 - y0) * scale < 4;
}

/** x0 < x1 and y0 < y1, inside the picture, whole pixels. */
function orderedBox(from, to, width, height) {
  const clip = (value, limit) => Math.round(Math.min(Math.max(value, 0), limit));
  return [
    clip(Math.min(from[0], to[0]), width), clip(Math.min(from[1], to[1]), height),
    clip(Math.max(from[0], to[0]), width), clip(Math.max(from[1], to[1]), height),
  ];
}
