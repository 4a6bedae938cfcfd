import type { MergedNeeds, PassSpec, StreamSpec, View } from "@longtail/longtail/core";

/** What is compared; all of {@link MergedNeeds} that costs time. */
interface Asked extends Pick<MergedNeeds, "unlabeled" | "passes" | "streams" | "heads"> {
  readonly labeled: readonly View[];
}

const NOTHING: Asked = { labeled: [], unlabeled: [], passes: [], streams: {}, heads: {} };

/** What a stack needs beyond its base, in words; empty for nothing. */
export function asksOf(needs: Asked, base: Asked = NOTHING): string {
  const labeled = more(needs.labeled, base.labeled);
  const unlabeled = more(needs.unlabeled, base.unlabeled);
  const known = new Set(base.passes.map((pass) => JSON.stringify(pass)));
  return [
    ...labeled === "" ? [] : [`labeled: ${labeled}`],
    ...unlabeled === "" ? [] : [`unlabeled: ${unlabeled}`],
    ...needs.passes.filter((pass) => !known.has(JSON.stringify(pass))).map(passText),
    ...Object.entries(needs.streams).filter(([name]) => !(name in base.streams)).map(streamText),
    ...Object.keys(needs.heads).filter((name) => !(name in base.heads)).map((n) => `head ${n}`),
  ].join("; ");
}

/** Views that a list has beyond another: `weak, 2 strong`. */
function more(views: readonly View[], base: readonly View[]): string {
  return [...new Set(views)].flatMap((view) => {
    const count = (list: readonly View[]) => list.filter((v) => v === view).length;
    const extra = count(views) - count(base);
    return extra <= 0 ? [] : [extra === 1 ? view : `${extra} ${view}`];
  }).join(", ");
}

function passText({ net, inputs, grad }: PassSpec): string {
  const gradient = net === "student" && grad === false ? " without gradient" : "";
  return `${net} over ${inputs.join(" and ")}${gradient}`;
}

function streamText([name, { net, view, from }]: [string, StreamSpec]): string {
  return `stream ${name}: ${net} over ${from} ${view}`;
}
