// One visit of one tab.

import { record } from "./record.js";

const KEY = "lab.session";
/** A visit ends with half an hour without telemetry. */
const IDLE_MS = 1_800_000;

let id = "";
/** When the visit was last active, in milliseconds since the Unix epoch. */
let active = 0;

/** Random bytes in hexadecimal digits. */
export const random = (bytes) =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");

/** A storage that is forbidden throws at every touch: every page is then a visit. */
const storage = (use) => {
  try {
    return use(sessionStorage);
  } catch {}
};

/** Keeps the visit for the tab's next page; one that nothing was asked of stays as it is. */
export const keepSession = () => id && storage((kept) => kept.setItem(KEY, id + " " + active));

/** Goes on with the visit that this tab keeps across its pages. */
const restore = () => {
  // Whatever else stands there is not ours.
  const kept = /^([0-9a-f]{32}) (\d+)$/.exec(storage((kept) => kept.getItem(KEY)));
  if (kept) {
    id = kept[1];
    active = +kept[2];
  }
};

/** The visit's id; a new one when the last one went quiet for too long. */
export const session = () => {
  if (!id) {
    restore();
  }
  const now = Date.now();
  const isOver = now - active > IDLE_MS;
  active = now;
  if (isOver) {
    const previous = id;
    id = random(16);
    keepSession();
    record("session.start", { "session.previous_id": previous || undefined });
  }
  return id;
};
