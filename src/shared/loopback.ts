// Addresses of this computer.

/** @param host without port, as in `URL.hostname` */
export const isLoopback = (host: string): boolean =>
  /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/iu.test(host);
