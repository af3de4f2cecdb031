/**
 * The regions under the pointer. Python sends a small picture whose pixels are atom numbers, and for each atom the
 * proposals that hold it, smallest first; everything else happens here, so that pointing feels immediate.
 */
class Regions {
  constructor() {
    this.clear();
  }

  clear() {
    this.source = "";
    this.map = null;
    this.sheets = new Map();
  }

  get ready() {
    return Boolean(this.map);
  }

  /** Take over what Python says; `done` is called once it can be pointed at. */
  show(map, done) {
    if (!map) return this.clear();
    if (map.atoms === this.source) return;
    this.clear();
    this.source = map.atoms;
    const image = new Image();
    image.onload = () => {
      if (this.source !== map.atoms) return;
      const { naturalWidth: width, naturalHeight: height } = image;
      const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
      context.drawImage(image, 0, 0);
      const bytes = context.getImageData(0, 0, width, height).data;
      const atoms = new Uint16Array(width * height);
      for (let i = 0; i < atoms.length; i += 1) atoms[i] = bytes[4 * i] | (bytes[4 * i + 1] << 8);
      this.map = { ...map, width, height, atoms };
      done();
    };
    image.src = map.atoms;
  }

  /** The atom at a place given in parts of the picture's width and height; -1 outside. */
  atomAt(x, y) {
    if (!this.map || !(x >= 0 && y >= 0 && x < 1 && y < 1)) return -1;
    const { width, height, atoms } = this.map;
    return atoms[Math.floor(y * height) * width + Math.floor(x * width)];
  }

  /**
   * What is pointed at, `{atom, id, place, of}`, or null. Somebody who stepped to a larger region (`kept`) stays with
   * it as long as the pointer stays inside.
   */
  at(x, y, kept) {
    const atom = this.atomAt(x, y), holders = this.map?.holders[atom];
    if (!holders?.length) return null;
    const held = kept?.stepped ? holders.indexOf(kept.id) : -1;
    const place = held >= 0 ? held : this.map.first[atom];
    return { atom, id: holders[place], place, of: holders.length, stepped: held >= 0 };
  }

  /** The next larger (1) or smaller (-1) region at the same place; itself when there is none. */
  step(pointed, direction) {
    const holders = this.map.holders[pointed.atom];
    const place = Math.min(Math.max(pointed.place + direction, 0), holders.length - 1);
    return { ...pointed, id: holders[place], place, stepped: true };
  }

  /** A proposal as a small tinted picture with a light rim. */
  sheet(id) {
    const known = this.sheets.get(id);
    if (known) return known;
    const { width, height, atoms, holders } = this.map;
    const holds = Uint8Array.from(holders, (ids) => (ids.includes(id) ? 1 : 0));
    const pixels = new ImageData(width, height), words = new Uint32Array(pixels.data.buffer);
    const inside = (x, y) => x >= 0 && y >= 0 && x < width && y < height && holds[atoms[y * width + x]];
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        if (!inside(x, y)) continue;
        const inner = inside(x - 1, y) && inside(x + 1, y) && inside(x, y - 1) && inside(x, y + 1);
        words[y * width + x] = inner ? 0x73aac917 : 0xf2ffffff;  // alpha, blue, green, red
      }
    }
    const sheet = new OffscreenCanvas(width, height);
    sheet.getContext("2d").putImageData(pixels, 0, 0);
    if (this.sheets.size > 24) this.sheets.clear();
    this.sheets.set(id, sheet);
    return sheet;
  }
}
