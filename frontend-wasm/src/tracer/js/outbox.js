// The way of spans and log records to the intake, in batches that are tried again.
//
// It is JavaScript for two reasons: it needs little but the browser, where every call
// from the module costs glue, and it outlives the module. When that traps, what waits
// still leaves, the report of the trap included.

/** The signals, as `put` names them. */
export const LOGS = 0;
export const SPANS = 1;

/** Bytes that wait per signal at the most; then the oldest go and are counted. */
const WAITING_MAX = 1 << 20;
/** Bytes of one item at the most: no request could carry a larger one at the last moment. */
const ITEM_MAX = 50_000;
/** Bytes of one request at the most; the intake takes 256 KiB. */
const REQUEST_MAX = 250_000;
/**
 * Bytes under way in requests that outlive the page. Browsers allow 64 KiB over all of
 * them (Fetch standard, "HTTP-network-or-cache fetch"), other scripts' included.
 */
const KEEPALIVE_MAX = 60_000;
/** Bytes that wait for no company: leaving the page can still send as many. */
const FULL = 50_000;
/** How long an item waits for company. */
const PERIOD_MS = 5_000;
/** When an answer to an export is given up on. */
const TIMEOUT_MS = 10_000;
/** The first pause after a failure; it doubles from there. */
const PAUSE_MS = 1_000;
const PAUSE_MAX_MS = 60_000;
/** The longest pause that the intake may ask for. */
const WISH_MAX_MS = 3_600_000;

const lane = (path, plural, items, rejected, dropped) => ({
  path,
  plural,
  items,
  rejected,
  dropped,
  waiting: [],
  bytes: 0,
  lost: 0,
});
/** By signal. Log records go first: web vitals are few and known when the page is left. */
const lanes = [
  lane("logs", "Logs", "logRecords", "rejectedLogRecords", "app.dropped_log_records"),
  lane("traces", "Spans", "spans", "rejectedSpans", "app.dropped_spans"),
];

const encoder = new TextEncoder();
let describe;
/** Failures in a row. */
let failures = 0;
/** When the pause after a failure is over, and when the timer fires; page time. */
let resume = 0;
let due = Infinity;
let timer;
/** Bytes under way in requests that outlive the page. */
let underWay = 0;
/** What is under way in requests that end with the page, as `putBack` takes it. */
const atRisk = new Set();
/** The flush before the next one: of scheduled ones, one request is under way. */
let turn = Promise.resolve();

/** `resource` and `scope` give what every request begins with, as OTLP/JSON. */
export const open = (resource, scope) => {
  describe = { resource, scope };
};

/** Adds an encoded item: a span or a log record. */
export const put = (signal, item) => {
  const lane = lanes[signal];
  if (item.length > ITEM_MAX) {
    lane.lost++;
    return;
  }
  // A view into the module's memory is not ours to keep.
  lane.waiting.push(item.slice());
  lane.bytes += item.length;
  keepToBound(lane);
  arm(lane.bytes > FULL ? 0 : PERIOD_MS);
};

/** Encodes an item that is an object. */
export const encode = (item) => encoder.encode(JSON.stringify(item));

/** Counts items that were not even made. */
export const lose = (signal) => lanes[signal].lost++;

/** Sends what waits unless there is a pause; resolves when the intake has answered. */
export const flush = () => (turn = turn.then(drain, drain));

/**
 * Sends at once what the quota lets outlive the page. The rest stays, for the page may
 * come back. A pause holds, except for a page that goes for good: that is one request
 * more, once.
 */
export const sendLast = (forGood) => {
  const sendAll = () => {
    for (const lane of lanes) {
      post(lane, KEEPALIVE_MAX - underWay);
    }
  };
  if (forGood || performance.now() >= resume) {
    sendAll();
  }
  if (forGood && atRisk.size) {
    // Their requests may have come through: the receiver knows a span by its id. Log records
    // and the count of what was lost have none, and are rather told twice than not at all.
    atRisk.forEach(putBack);
    atRisk.clear();
    sendAll();
  }
};

const drain = async () => {
  clearTimeout(timer);
  due = Infinity;
  for (const lane of lanes) {
    // What comes meanwhile waits for company.
    let left = lane.bytes;
    while (left > 0) {
      // One look at the clock decides: timers fire a little early, and between two looks
      // the pause may end, which would leave what waits without a timer.
      if (performance.now() < resume) {
        arm(0);
        break;
      }
      const sent = await post(lane, REQUEST_MAX);
      // Nothing: the page was hidden meanwhile, which sent the rest.
      left = sent && left - sent;
    }
  }
};

/** Flushes after `ms`, or when the pause is over. */
const arm = (ms) => {
  const now = performance.now();
  const at = Math.max(now + ms, resume);
  if (at < due) {
    clearTimeout(timer);
    due = at;
    timer = setTimeout(flush, at - now);
  }
};

const keepToBound = (lane) => {
  while (lane.bytes > WAITING_MAX) {
    lane.bytes -= lane.waiting.shift().length;
    lane.lost++;
  }
};

/** Lets a batch wait again, as the oldest, and what was lost before it be told again. */
const putBack = ({ lane, batch, lost }) => {
  lane.lost += lost;
  lane.waiting.unshift(...batch);
  lane.bytes += sizeOf(batch);
};

const sizeOf = (batch) => batch.reduce((sum, item) => sum + item.length, 0);

/** Sends one batch in at most `max` bytes; the bytes of its items. */
const post = async (lane, max) => {
  const { batch, lost, body } = take(lane, max);
  const bytes = sizeOf(batch);
  if (!bytes) {
    return 0;
  }
  lane.bytes -= bytes;
  const keepalive = underWay + body.length <= KEEPALIVE_MAX;
  const held = keepalive ? body.length : 0;
  underWay += held;
  const risk = { lane, batch, lost };
  if (!keepalive) {
    atRisk.add(risk);
  }
  let status = 0;
  let wish;
  let rejected = 0;
  try {
    const answer = await fetch("/otlp/v1/" + lane.path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      keepalive,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    status = answer.status;
    wish = answer.headers.get("retry-after");
    // OTLP's "partial success". A body left unread would keep its share of the quota.
    rejected = +(await answer.json()).partialSuccess?.[lane.rejected] || 0;
  } catch {}
  underWay -= held;
  if (!keepalive && !atRisk.delete(risk)) {
    // It was sent once more when the page went.
    return bytes;
  }
  if (status >= 200 && status < 300) {
    failures = 0;
    lane.lost += rejected;
  } else if (!status || [429, 502, 503, 504].includes(status)) {
    pause(wish);
    putBack(risk);
    keepToBound(lane);
    arm(0);
  } else {
    lane.lost += lost + batch.length;
  }
  return bytes;
};

/** Takes the oldest items that fit, and what was lost before them. */
const take = (lane, max) => {
  const { plural, items, waiting, lost } = lane;
  const scope = { ...describe.scope };
  if (lost) {
    scope.attributes = [{ key: lane.dropped, value: { intValue: "" + lost } }];
  }
  const around = encode({
    ["resource" + plural]: [
      { resource: describe.resource(), ["scope" + plural]: [{ scope, [items]: [] }] },
    ],
  });
  // The items go in before the brackets that close the request.
  const end = around.length - "]}]}]}".length;
  let size = around.length;
  let count = 0;
  while (count < waiting.length && size + waiting[count].length < max) {
    size += waiting[count++].length + 1;
  }
  const batch = waiting.splice(0, count);
  const body = new Uint8Array(size - (count && 1));
  body.set(around.subarray(0, end));
  let at = end;
  for (const item of batch) {
    if (at > end) {
      body[at++] = ",".charCodeAt();
    }
    body.set(item, at);
    at += item.length;
  }
  body.set(around.subarray(end), at);
  if (count) {
    lane.lost = 0;
  }
  return { batch, lost, body };
};

/**
 * Starts a pause: what the intake asks for (seconds or a date), or else one that doubles.
 * It grows by up to a half at random, so that tabs that failed together part.
 */
const pause = (wish) => {
  const doubled = Math.min(PAUSE_MS * 2 ** failures++, PAUSE_MAX_MS);
  const asked = isNaN(wish) ? Date.parse(wish) - Date.now() : wish * 1000;
  const ms = wish && asked ? Math.min(Math.max(asked, PAUSE_MS), WISH_MAX_MS) : doubled;
  resume = performance.now() + ms * (1 + Math.random() / 2);
};
