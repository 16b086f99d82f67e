/** Which shortcut a key press means: pure, so that it can be tested as a table. */

export interface Press {
  key: string;
  code: string;
  ctrl: boolean;
  alt: boolean;
  composing: boolean;
}

export interface Preferences {
  /** Plain keys switched off; Alt and Ctrl combinations stay. */
  off: boolean;
  /** Declared key → the user's own key; "" switches that one off. */
  remap: Record<string, string>;
}

/** `{"n":"m","off":false}` as the server writes it; anything unreadable means the defaults. */
export function preferences(json: string): Preferences {
  const result: Preferences = { off: false, remap: {} };
  if (!json) return result;
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed !== "object" || parsed === null) return result;
    for (const [key, value] of Object.entries(parsed)) {
      if (key === "off") result.off = value === true;
      else if (typeof value === "string") result.remap[key.toLowerCase()] = value.toLowerCase();
    }
  } catch {
    // A broken preference must not take the keyboard away.
  }
  return result;
}

const NAMES: Record<string, string> = { " ": "space", "？": "?", "／": "/", esc: "escape" };

/** Name of the key: with Alt from the key's place, since Alt types other letters on some systems. */
export function keyName(press: Press): string {
  if (press.alt) {
    const place = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(press.code);
    if (place?.[1]) return place[1].toLowerCase();
  }
  const name = press.key.toLowerCase();
  return NAMES[name] ?? name;
}

/** The declared shortcut that this press triggers, or null when the press belongs to the text field or to nobody. */
export function shortcut(press: Press, inText: boolean, prefs: Preferences): string | null {
  if (press.composing) return null;
  const name = keyName(press);
  if (["control", "alt", "shift", "meta", "process", "dead", "unidentified"].includes(name)) return null;
  if (press.ctrl) return press.alt ? null : `ctrl+${name}`;
  if (name === "escape") return name;
  if (!press.alt && (inText || prefs.off)) return null;
  return declared(name, prefs);
}

function declared(pressed: string, prefs: Preferences): string | null {
  for (const [key, own] of Object.entries(prefs.remap)) if (own === pressed) return key;
  return pressed in prefs.remap ? null : pressed;
}
