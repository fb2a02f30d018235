import { expect, test } from "vitest";
import { civitaiCommercialUse, commercialUse } from "./commercial-use.ts";

const said = (license: string): boolean | null => commercialUse({ license });

test("the name of a licence says whether images may be sold", () => {
  for (const name of ["Apache-2.0", "MIT", "CC0-1.0", "cc-by-4.0", "CC BY-SA 4.0", "gpl-3.0", "openrail++"])
    expect([name, said(name)]).toEqual([name, true]);
  for (const name of ["creativeml-openrail-m", "CreativeML Open RAIL-M", "MIT or CC-BY-NC-4.0"])
    expect([name, said(name)]).toEqual([name, true]);
  for (const name of [
    "cc-by-nc-4.0",
    "CC BY-NC-SA 4.0",
    "flux-1-dev-non-commercial-license",
    "research only",
  ])
    expect([name, said(name)]).toEqual([name, false]);
  for (const name of ["", "other", "see each adapter", "Mitsua", "cc-by-nd-4.0", "function"])
    expect([name, said(name)]).toEqual([name, null]);
});

test("what a card says itself counts before the name", () => {
  expect(commercialUse({ license: "MIT", commercialUse: false })).toBe(false);
  expect(commercialUse({ license: "MIT", commercialUse: null })).toBeNull();
  expect(commercialUse({ license: "", commercialUse: true })).toBe(true);
});

test("Civitai's flag: one word includes those before it, a list says each", () => {
  expect(["None", "Image", "RentCivit", "Rent", "Sell"].map(civitaiCommercialUse)).toEqual([
    false,
    true,
    true,
    true,
    true,
  ]);
  expect(
    [["Image", "Rent"], ["RentCivit"], [], "{Image,RentCivit}", "{RentCivit}", "{}"].map(
      civitaiCommercialUse,
    ),
  ).toEqual([true, false, false, true, false, false]);
  expect([undefined, null, "", "Perhaps", 1].map(civitaiCommercialUse)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});

test("the flag is read out of a licence's text", () => {
  expect(said("Civitai: allowNoCredit=true, allowCommercialUse={Image,Rent}, allowDerivatives=true")).toBe(
    true,
  );
  expect(said("Civitai: allowNoCredit=true, allowCommercialUse={RentCivit}, allowDerivatives=true")).toBe(
    false,
  );
  expect(
    said("bespoke-lora-trained-license (civitai-licenses: allowNoCredit=True, allowCommercialUse=Rent)"),
  ).toBe(true);
  expect(said("Civitai: allowNoCredit=true, allowCommercialUse=None")).toBe(false);
  expect(said("Civitai: allowNoCredit=true")).toBeNull();
});
