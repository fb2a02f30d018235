// The parts of the File System Access API that TypeScript's DOM library does not declare.

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
}

interface DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}
