// Files that are mistaken for safetensors, by their first bytes, and those that may be one.
import { expect, it } from "vitest";
import { describeForeignFile } from "./signatures.ts";
import { english } from "../shared/saying.ts";

const start = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const messageOf = (text: string): string | undefined => {
  const foreign = describeForeignFile(start(text));
  return foreign && english(foreign.message).split(/[,(.]/, 1)[0]!.trim();
};

it.each([
  ["PK\u0003\u0004\0", "This is a ZIP archive"],
  ["\x80\u0002}q\0", "This is a Python pickle"],
  ["\x80\u0005\x95\0", "This is a Python pickle"],
  ["\x80\u0002\0\0\0\0\0\0x", "This is a Python pickle"],
  ["GGUF\u0003\0", "This is a GGUF file"],
  ["7z\xbc\xaf'\u001c", "This is a 7z archive"],
  ["Rar!\u001a\u0007", "This is a RAR archive"],
  ["\u001f\x8b\u0008\0", "This is a gzip archive"],
  [`sys_info${"\0".repeat(56)}`, "This is a TAR archive"],
  ["\x89PNG\r\n", "This is an image"],
  ["\xff\xd8\xff\xe0", "This is an image"],
  ["RIFF\0\0\0\0WEBP", "This is an image or a sound"],
  ["\x89HDF\r\n\0", "This is an HDF5"],
  ["version https://git-lfs.github.com/spec/v1\n", "This is a Git LFS pointer"],
  ["<!doctype html>", "This is a web page"],
  [" \n<HTML>", "This is a web page"],
  ["<?xml version", "This is a web page"],
  ["<svg>", "This is a text file"],
  ["Hi\tyou\r\n\f", "This is a text file"],
  ["caf\xc3", "This is a text file"], // the character goes on behind the start
  [" ", "This is a text file"],
])("%j: %s", (text, message) => expect(messageOf(text)).toBe(message));

it.each([
  ["a header's length", "\x40\0\0\0\0\0\0\0{"],
  ["one that starts like a pickle", "\x80\u0002\0\0\0\0\0\0{"],
  ["one that starts like a gzip archive", "\x1f\x8b\x08\0\0\0\0\0{"],
  ["one that starts like half of gzip's mark", "\x1f\x8b\x01\0\0\0\0\0 "],
  ["no pickle's version", "\x80\u0001x"],
  ["none yet", "\x80\u0006x"],
  ["a header of printable length", "ab\0\0\0\0\0\0{"],
  ["nothing", ""],
  ["a control character in text", "Hi\u001fyou"],
  ["bytes that are no UTF-8", "caf\xff"],
  ["a pickle's mark later", "a\x80\u0002"],
])("may be one: %s", (_, text) => expect(messageOf(text)).toBeUndefined());
