// The icons: 20×20, drawn with one stroke. Decorative; the control around them carries the name.
import type { JSX } from "solid-js";

const icon = (draw: () => JSX.Element) => () => (
  <svg
    width="20"
    height="20"
    viewBox="0 0 20 20"
    fill="none"
    stroke="currentColor"
    stroke-width="1.6"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    {draw()}
  </svg>
);

export const PinIcon = icon(() => <path d="M7.5 3h5l-.6 5 2.6 3.2h-9L8.1 8zM10 11.2V17" />);
export const BanIcon = icon(() => (
  <>
    <circle cx="10" cy="10" r="6.5" />
    <path d="m5.5 5.5 9 9" />
  </>
));
export const CloseIcon = icon(() => <path d="m5 5 10 10M15 5 5 15" />);
export const DiceIcon = icon(() => (
  <>
    <rect x="3.5" y="3.5" width="13" height="13" rx="3" />
    <path d="M7.2 7.2h.01M12.8 7.2h.01M10 10h.01M7.2 12.8h.01M12.8 12.8h.01" stroke-width="2" />
  </>
));
export const LockIcon = icon(() => (
  <>
    <rect x="4.5" y="9" width="11" height="7.5" rx="2" />
    <path d="M7 9V6.5a3 3 0 0 1 6 0V9" />
  </>
));
export const UnlockIcon = icon(() => (
  <>
    <rect x="4.5" y="9" width="11" height="7.5" rx="2" />
    <path d="M7 9V6.5a3 3 0 0 1 5.7-1.3" />
  </>
));
export const GridIcon = icon(() => (
  <path d="M3.5 3.5h5v5h-5zM11.5 3.5h5v5h-5zM3.5 11.5h5v5h-5zM11.5 11.5h5v5h-5z" />
));
export const DownloadIcon = icon(() => <path d="M10 3v9m-3.5-3.2L10 12.3l3.5-3.5M4 16.5h12" />);
export const CompareIcon = icon(() => (
  <>
    <rect x="3" y="4.5" width="14" height="11" rx="2" />
    <path d="M10 3v14" />
  </>
));
export const ReuseIcon = icon(() => (
  <path d="M4 10a6 6 0 0 1 10.4-4.1L16 7.5M16 4v3.5h-3.5M16 10a6 6 0 0 1-10.4 4.1L4 12.5M4 16v-3.5h3.5" />
));
export const LinkIcon = icon(() => (
  <path d="m8.5 11.5 3-3M9 6.5l1.8-1.8a3.2 3.2 0 0 1 4.5 4.5L13.5 11M11 13.5l-1.8 1.8a3.2 3.2 0 0 1-4.5-4.5L6.5 9" />
));
export const ChevronIcon = icon(() => <path d="m6 8 4 4 4-4" />);
export const UpIcon = icon(() => <path d="M10 16V4.500M5.500 9 10 4.500 14.500 9" />);
export const DownIcon = icon(() => <path d="M10 4v11.500M5.500 11 10 15.500 14.500 11" />);
export const HelpIcon = icon(() => (
  <>
    <circle cx="10" cy="10" r="7" />
    <path d="M8 8a2 2 0 1 1 2.8 1.85c-.5.25-.8.6-.8 1.15v.3M10 13.7h.01" />
  </>
));
export const StackIcon = icon(() => (
  <path d="m10 3.5 7 3.5-7 3.5L3 7zM3.6 10.3 10 13.5l6.4-3.2M3.6 13.3 10 16.5l6.4-3.2" />
));
export const UndoIcon = icon(() => <path d="M7.5 4 4 7.5 7.5 11M4 7.5h7.5a4.25 4.25 0 0 1 0 8.5H8" />);
export const RedoIcon = icon(() => <path d="M12.5 4 16 7.5 12.5 11M16 7.5H8.5a4.25 4.25 0 0 0 0 8.5H12" />);
export const BrushIcon = icon(() => (
  <path d="M16.5 3.5c-3 1-6.300 4-8.300 7.200l1.800 1.800c3.200-2 6.200-5.300 7.200-8.300zM7.300 11.700c-2 0-2.800 1.300-2.800 2.800 0 .9-.5 1.500-1.300 1.800 3.300.8 6-.4 6-2.700z" />
));
export const ImageIcon = icon(() => (
  <>
    <rect x="3" y="4" width="14" height="12" rx="2.500" />
    <path d="m3.500 14 3.800-4.200 3.200 3.400 2-2 4 4M13.200 7.700h.01" />
  </>
));
export const WarningIcon = icon(() => <path d="M10 3.5 17.5 16.5h-15zM10 8.5v3.5M10 14.2h.01" />);

export const ModelIcon = icon(() => (
  <path d="m10 3 6 3.4v7.2L10 17l-6-3.4V6.4zM4 6.4l6 3.4 6-3.4M10 9.8V17" />
));
export const PlusIcon = icon(() => <path d="M10 4v12M4 10h12" />);
export const EyeIcon = icon(() => (
  <>
    <path d="M2.500 10c1.800-3.500 4.500-5.200 7.500-5.200s5.700 1.700 7.500 5.200c-1.800 3.500-4.500 5.200-7.500 5.200S4.300 13.500 2.500 10z" />
    <circle cx="10" cy="10" r="2.300" />
  </>
));
export const EyeOffIcon = icon(() => (
  <path d="m4 4 12 12M8 5c.7-.15 1.300-.2 2-.2 3 0 5.700 1.700 7.500 5.200-.6 1.200-1.300 2.100-2.100 2.900M5.200 6.600C4.200 7.400 3.300 8.500 2.500 10c1.800 3.500 4.500 5.200 7.500 5.200 1.100 0 2.200-.2 3.100-.7" />
));
export const CheckIcon = icon(() => <path d="m4 10.5 4 4 8-9" />);
export const StarIcon = icon(() => (
  <path d="m10 3.200 2.100 4.500 4.900.600-3.600 3.400.900 4.900-4.300-2.400-4.300 2.400.900-4.900L3 8.300l4.900-.600z" />
));
export const DiskIcon = icon(() => (
  <path d="M4 5.5C4 4.1 6.7 3 10 3s6 1.1 6 2.5v9c0 1.4-2.7 2.5-6 2.5s-6-1.1-6-2.5zM4 5.5C4 6.9 6.7 8 10 8s6-1.1 6-2.5M4 10c0 1.4 2.7 2.5 6 2.5s6-1.1 6-2.5" />
));

/** The product's sign: three strokes of a marker. */
export const Logo = () => (
  <svg width="30" height="30" viewBox="0 0 64 64" aria-hidden="true">
    <path d="M14 11h44l-5 13H9z" fill="#f4df5a" />
    <path d="M9 26h33l-5 13H4z" fill="#7fd3ff" />
    <path d="M22 41h37l-5 13H17z" fill="#ffa9cc" />
  </svg>
);
