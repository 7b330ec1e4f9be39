/** The page in a real browser. Skipped, with the reason printed, where there is none. */
import { strict as assert } from "node:assert";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { renderReport } from "../../src/report/html/page.ts";
import { DARK, LIGHT } from "../../src/report/palette.ts";
import { renderTraining } from "../../src/report/training/page.ts";
import { sampleOutput } from "./sample.ts";
import { trainingPage } from "./training/sample.ts";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Runs inside the page, so it is text: pairs of texts on one chart that are drawn over each other, or outside it. */
const CROSSING_TEXTS = `(() => {
  const found = [];
  for (const chart of document.querySelectorAll("svg.chart")) {
    if (chart.getClientRects().length === 0) continue;
    const frame = chart.getBoundingClientRect();
    const texts = [...chart.querySelectorAll("text")].map((text) => ({ what: text.textContent, box: text.getBoundingClientRect() }));
    for (const [i, { what, box }] of texts.entries()) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1) found.push(what + " leaves " + chart.querySelector("title").textContent);
      for (const other of texts.slice(i + 1)) {
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        if (across > 1 && down > 3) found.push(what + " x " + other.what + " in " + chart.querySelector("title").textContent);
      }
    }
  }
  return found;
})()`;

/** The least contrast of a text with the nearest painted ground behind it, by WCAG 2.2's formula. */
const LEAST_CONTRAST = `(() => {
  const light = (rgb) => {
    const [r, g, b] = rgb.match(/[0-9.]+/g).slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : Math.exp(2.4 * Math.log((v + 0.055) / 1.055))));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)$|transparent/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  let least = { ratio: 99, text: "" };
  for (const element of document.querySelectorAll("p, li, a, h1, h2, h3, dt, dd, .value, .unit, .how, small, caption, th, td, code, pre, summary, label, figcaption, svg.chart text")) {
    if (element.getClientRects().length === 0 || element.textContent.trim() === "") continue;
    const style = getComputedStyle(element);
    const ink = element instanceof SVGElement ? style.fill : style.color;
    const [a, b] = [light(ink), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < least.ratio) least = { ratio, text: element.textContent.slice(0, 40) };
  }
  return least;
})()`;

describe("the report page in Chromium", function () {
  this.timeout(60_000);
  let browser: Browser;
  let folder = "";
  /** Of each page. */
  const addresses = { run: "", training: "" };
  const told: string[] = [];

  before(async function () {
    if (!existsSync(EXECUTABLE)) {
      console.log(`      skipped: no Chromium at ${EXECUTABLE}; install one or set CHROMIUM`);
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "cybertwin-page-"));
    const pages = { run: renderReport(sampleOutput()), training: renderTraining(trainingPage()) };
    for (const what of ["run", "training"] as const) {
      const file = join(folder, `${what}.html`);
      writeFileSync(file, pages[what]);
      addresses[what] = pathToFileURL(file).href;
    }
    browser = await chromium.launch({ executablePath: EXECUTABLE, args: QUIET });
  });
  after(async () => {
    await browser?.close();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  async function open(width: number, what: keyof typeof addresses, colorScheme: "light" | "dark" = "light"): Promise<Page> {
    const address = addresses[what];
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    page.on("console", (message) => told.push(message.text()));
    page.on("pageerror", (error) => told.push(String(error)));
    page.on("request", (request) => {
      if (request.url() !== address && !request.url().startsWith("data:")) told.push(`asked for ${request.url()}`);
    });
    await page.goto(address);
    return page;
  }
  const openAll = (page: Page) => page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })");

  const PAGES = ["run", "training"] as const;
  for (const [what, scheme] of PAGES.flatMap((page) => [[page, "light"] as const, [page, "dark"] as const])) {
    it(`of a ${what} paints the ${scheme} palette with a contrast of at least 4.5 for every text`, async () => {
      const page = await open(1200, what, scheme);
      await openAll(page);
      const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor");
      const channels = (scheme === "light" ? LIGHT : DARK).page
        .slice(1)
        .match(/../g)
        ?.map((hex) => Number.parseInt(hex, 16));
      assert.equal(ground, `rgb(${channels?.join(", ")})`);
      const least = (await page.evaluate(LEAST_CONTRAST)) as { ratio: number; text: string };
      assert(least.ratio >= 4.5, `"${least.text}" has a contrast of ${least.ratio.toFixed(2)}`);
      await page.close();
    });
  }

  for (const [what, width] of PAGES.flatMap((page) => [320, 360, 412, 760, 1200].map((each) => [page, each] as const))) {
    it(`of a ${what} fits a window ${width} pixels wide, with no texts over each other`, async () => {
      const page = await open(width, what);
      assert.deepEqual(await page.evaluate(CROSSING_TEXTS), []);
      await openAll(page);
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
      await page.close();
    });
  }

  it("can be read by keyboard: Tab reaches the skip link, every part and every fold, each with a ring", async () => {
    const page = await open(1200, "run");
    const folds = (await page.evaluate("document.querySelectorAll('details').length")) as number;
    const reached: string[] = [];
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press("Tab");
      const at = (await page.evaluate(
        "({ tag: document.activeElement.tagName, text: document.activeElement.textContent, ring: getComputedStyle(document.activeElement).outlineStyle })",
      )) as { tag: string; text: string; ring: string };
      if (at.tag === "BODY") break;
      assert.equal(at.ring, "solid", `${at.tag} "${at.text.slice(0, 30)}" shows no focus ring`);
      reached.push(at.tag);
      if (at.tag === "SUMMARY" && reached.filter((tag) => tag === "SUMMARY").length === folds) break;
    }
    assert.equal(reached[0], "A");
    assert.equal(reached.filter((tag) => tag === "SUMMARY").length, folds);
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate("document.activeElement.parentElement.open"), true);
    await page.close();
  });

  it("finds metrics by words, and shows the whole table without script", async () => {
    const page = await open(1200, "run");
    await openAll(page);
    const rows = "[...document.querySelectorAll('#metrics tbody tr')].filter((row) => row.getClientRects().length > 0).length";
    const count = await page.evaluate(rows);
    assert.equal(count, Object.keys(sampleOutput().summary).length);
    await page.fill("#search", "web latency p99");
    assert.equal(await page.evaluate(rows), 2); // p99 and p99.9
    assert.equal(await page.textContent("#search-count"), `2 of ${count} metrics`);
    await page.close();
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const still = await plain.newPage();
    await still.goto(addresses.run);
    assert.equal(await still.locator("#search").isVisible(), false);
    assert.equal(await still.locator("#metrics tbody tr").count(), count);
    await plain.close();
  });

  it("logged nothing and asked the network for nothing in all of this", () => {
    assert.deepEqual(told, []);
  });
});
