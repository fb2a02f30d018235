// In the page: a device compiles each kernel once, whoever asks for it. Compiling is most of what a software GPU does here, and
// ONNX Runtime compiles for every session.

/** From now on, equal texts give the same module, and equal modules and constants the same pipeline: its layout follows from them. */
export function sharePipelines(device: GPUDevice): void {
  const modules = new Map<string, GPUShaderModule>();
  const createModule = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) => {
    const module = modules.get(descriptor.code) ?? createModule(descriptor);
    modules.set(descriptor.code, module);
    return module;
  };
  const pipelines = new Map<GPUShaderModule, Map<string, Promise<GPUComputePipeline>>>();
  const createPipeline = device.createComputePipelineAsync.bind(device);
  device.createComputePipelineAsync = (descriptor) => {
    const { module, constants } = descriptor.compute;
    const ofModule = pipelines.get(module) ?? new Map<string, Promise<GPUComputePipeline>>();
    pipelines.set(module, ofModule);
    const key = JSON.stringify(constants ?? {});
    const pipeline = ofModule.get(key) ?? createPipeline(descriptor);
    ofModule.set(key, pipeline);
    return pipeline;
  };
}
