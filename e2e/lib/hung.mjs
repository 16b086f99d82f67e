// A reporter beside the readable one: which files hung as a whole, and how many tests failed by themselves.
export default async function* hung(source) {
  for await (const { type, data } of source) {
    if (type !== "test:fail") continue;
    const file = data.nesting === 0 && data.name.endsWith(".test.mjs");
    const why = data.details?.error?.failureType;
    if (file && why === "testTimeoutFailure") yield `hung ${data.name}\n`;
    else if (why !== "subtestsFailed") yield `failed ${data.name}\n`;
  }
}
