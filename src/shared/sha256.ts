// SHA-256 through WebCrypto, as lower-case hex.

export async function sha256(data: string | Blob): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : await data.arrayBuffer();
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
