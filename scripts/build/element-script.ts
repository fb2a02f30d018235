// stylus-image.js: <stylus-image> as one plain script at a lasting address, whole in itself, because other sites' pages load it.
import { build, type Plugin } from "vite";

const fileName = "stylus-image.js";

async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    build: {
      write: false,
      target: "es2023",
      lib: { entry: "src/widget/stylus-image.ts", formats: ["iife"], name: "StylusImageScript" },
    },
  });
  const [output] = [built].flat();
  if (!output || !("output" in output)) throw new Error(`${fileName} was not built.`);
  return output.output[0].code;
}

export const elementScript = (): Plugin => ({
  name: "stylus-image",
  async generateBundle() {
    this.emitFile({ type: "asset", fileName, source: await bundle() });
  },
  configureServer(server) {
    server.middlewares.use((request, response, next) => {
      if (!request.url?.endsWith(`/${fileName}`)) return next();
      bundle().then((code) => response.setHeader("Content-Type", "text/javascript").end(code), next);
    });
  },
});
