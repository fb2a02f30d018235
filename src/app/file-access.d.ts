// The parts of the File System Access API, and of those of installed apps, that TypeScript's DOM library does not declare.

interface FileSystemHandlePermission {
  readonly mode: "read";
}

interface FileSystemHandle {
  queryPermission?(descriptor: FileSystemHandlePermission): Promise<PermissionState>;
  requestPermission?(descriptor: FileSystemHandlePermission): Promise<PermissionState>;
}

interface FilePickerType {
  readonly description: string;
  readonly accept: Readonly<Record<string, readonly string[]>>;
}

interface Window {
  showOpenFilePicker?(options: {
    readonly id?: string;
    readonly multiple?: boolean;
    readonly types?: readonly FilePickerType[];
  }): Promise<FileSystemFileHandle[]>;
  showDirectoryPicker?(options: {
    readonly id?: string;
    readonly mode?: "read";
  }): Promise<FileSystemDirectoryHandle>;
  readonly launchQueue?: {
    setConsumer(consumer: (launch: { readonly files?: readonly FileSystemFileHandle[] }) => void): void;
  };
}

/** The browser would install the site: `prompt` asks the user, once. */
interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<{ readonly outcome: "accepted" | "dismissed" }>;
}

interface WindowEventMap {
  beforeinstallprompt: BeforeInstallPromptEvent;
}

interface DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}
