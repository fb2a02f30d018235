// Korean numbers, and the counted nouns that several texts share.
import { createFormats } from "../format.ts";

export const formats = createFormats("ko");

export const steps = (count: number): string => `${formats.number(count)}스텝`;
export const images = (count: number): string => `이미지 ${formats.number(count)}장`;
export const files = (count: number): string => `파일 ${formats.number(count)}개`;
export const adapterCount = (count: number): string => `어댑터 ${formats.number(count)}개`;
