// The page in browsers other than Chromium, where they are installed: it loads the model, generates an image on the CPU, keeps it,
// and shows it after a reload. The page drives itself (smoke-page.ts), because these browsers have no driver in common.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { serve } from "../../scripts/run/server.ts";
import { siteFolder } from "../../scripts/run/setup.ts";
import { useThePage, type Reached } from "./smoke-page.ts";

const prompt = "a fox in the snow";
const miniBrowser = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

interface Browser {
  readonly name: string;
  /** All that must be installed; the first that exists of each list is used. */
  readonly programs: readonly (readonly string[])[];
  readonly command: (programs: readonly string[], profile: string, url: string) => readonly string[];
}

const browsers: readonly Browser[] = [
  {
    name: "Firefox",
    programs: [
      ["/usr/bin/firefox-esr", "/usr/bin/firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"],
    ],
    command: ([firefox], profile, url) => [firefox!, "--headless", "--no-remote", "--profile", profile, url],
  },
  {
    name: "WebKit",
    programs: [["/usr/bin/xvfb-run"], [miniBrowser]],
    command: ([xvfb, webkit], _, url) => [xvfb!, "--auto-servernum", webkit!, url],
  },
  {
    name: "WebKit in a private window, which stores no Blobs,",
    programs: [["/usr/bin/xvfb-run"], [miniBrowser]],
    command: ([xvfb, webkit], _, url) => [xvfb!, "--auto-servernum", webkit!, "--private", url],
  },
];

const installed = (browser: Browser): string[] | null => {
  const found = browser.programs.map((places) => places.find((file) => existsSync(file)));
  return found.every((file) => file !== undefined) ? found : null;
};

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** The site with a script that tells what it reaches. */
async function serveTelling(told: (reached: Reached) => void): Promise<string> {
  const folder = siteFolder();
  const page = readFileSync(path.join(folder, "index.html"), "utf8");
  const answers: Readonly<Record<string, [type: string, body: string]>> = {
    "/": ["text/html", page.replace("</body>", '<script type="module" src="./smoke.js"></script></body>')],
    "/smoke.js": ["text/javascript", `(${useThePage.toString()})(${JSON.stringify(prompt)});`],
  };
  const intercept = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.method === "POST") {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        told(JSON.parse(body) as Reached);
        response.writeHead(204).end();
      });
      return true;
    }
    if (request.url!.startsWith("/service-worker")) {
      response.writeHead(404).end(); // it would answer the second visit with the page as it was built
      return true;
    }
    const answer = Object.hasOwn(answers, request.url!) ? answers[request.url!] : undefined;
    if (answer) response.writeHead(200, { "Content-Type": answer[0] }).end(answer[1]);
    return answer !== undefined;
  };
  const { url, close } = await serve(folder, { intercept });
  undo.push(close);
  return url;
}

function start([program, ...args]: readonly string[], profile: string): ChildProcess {
  const home = { HOME: profile, XDG_DATA_HOME: profile, XDG_CACHE_HOME: profile, XDG_CONFIG_HOME: profile };
  const child = spawn(program!, args, { env: { ...process.env, ...home }, stdio: "ignore", detached: true });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  undo.push(async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGTERM");
    await ended;
  });
  return child;
}

for (const browser of browsers) {
  const programs = installed(browser);
  test.skipIf(!programs)(
    `${browser.name} loads, generates, keeps the image, and shows it after a reload`,
    async () => {
      const profile = mkdtempSync(path.join(tmpdir(), "stylus-web-profile-"));
      undo.push(() => rmSync(profile, { recursive: true, force: true }));
      const reached: Reached[] = [];
      let tell: (reached: Reached) => void = () => {};
      const url = await serveTelling((state) => tell(state));
      await new Promise<void>((resolve, reject) => {
        tell = (state) => {
          reached.push(state);
          if (state.state === "failed" || state.state === "kept") resolve();
        };
        const child = start(browser.command(programs!, profile, url), profile);
        child.once("exit", (code, cause) =>
          reject(new Error(`${browser.name} ended with ${code ?? cause}.`)),
        );
      });
      expect(reached).toEqual([
        { state: "ready", device: expect.stringMatching(/^Pocket: CPU/) },
        { state: "generated", width: 256, colours: expect.any(Number) },
        { state: "kept", width: 256, prompt },
      ]);
      expect((reached[1] as { colours: number }).colours).toBeGreaterThan(100);
    },
  );
}
