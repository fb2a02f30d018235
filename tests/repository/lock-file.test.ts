// package-lock.json serves every platform: `npm ci` refuses a lock file that lacks optional packages of other systems, which
// npm leaves out when it writes the file from an installed node_modules. Remedy: `npm install --package-lock-only` with
// neither node_modules nor package-lock.json there.
import { expect, test } from "vitest";
import lock from "../../package-lock.json";
import manifest from "../../package.json";

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

const packages: Readonly<Record<string, LockedPackage>> = lock.packages;

/** Whether Node finds `name` from the folder of a locked package: in its node_modules or in one further up. */
function isLocked(folder: string, name: string): boolean {
  for (let at = folder; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    if (`${at === "" ? "" : `${at}/`}node_modules/${name}` in packages) return true;
    if (at === "") return false;
  }
}

test("the lock file lists the optional packages of every platform", () => {
  const missing = Object.entries(packages).flatMap(([folder, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !isLocked(folder, name))
      .map((name) => `${name}, optional for ${folder}`),
  );
  expect(missing).toEqual([]);
  expect(isLocked("node_modules/rolldown", "@rolldown/binding-darwin-arm64")).toBe(true);
  expect(isLocked("node_modules/rolldown", "@rolldown/binding-of-nobody")).toBe(false);
});

test("the lock file is that of package.json", () => {
  const { dependencies, devDependencies } = lock.packages[""];
  expect({ dependencies, devDependencies }).toEqual({
    dependencies: manifest.dependencies,
    devDependencies: manifest.devDependencies,
  });
});
