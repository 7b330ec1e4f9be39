// Draws the README's picture, in light and in dark, from the folder that `npm start` leaves. Run after it.
import { mkdirSync, writeFileSync } from "node:fs";
import { reportPictures } from "../dist/src/report/html/page.js";
import { DARK, LIGHT } from "../dist/src/report/palette.js";
import { fromFolder } from "../dist/src/report/run-folder.js";

process.chdir(new URL("..", import.meta.url).pathname);
const light = reportPictures(fromFolder("out/quickstart"))["carbon-0.svg"];
const darkOf = new Map(Object.entries(LIGHT).map(([role, value]) => [value, DARK[role]]));
const dark = light.replace(/#[0-9a-f]{6}\b/g, (value) => {
  if (!darkOf.has(value)) throw new Error(`${value} is no colour of the light palette`);
  return darkOf.get(value);
});

mkdirSync("docs/pictures", { recursive: true });
writeFileSync("docs/pictures/quickstart-carbon-light.svg", light);
writeFileSync("docs/pictures/quickstart-carbon-dark.svg", dark);
