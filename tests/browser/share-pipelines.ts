// In the page: a device compiles each kernel once, whoever asks for it. Compiling is most of what a software GPU does here.

/** From now on, equal texts give the same module, and a module the same pipeline: for kernels without constants, whose layout follows from the text. */
export function sharePipelines(device: GPUDevice): void {
  const modules = new Map<string, GPUShaderModule>();
  const createModule = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) => {
    const module = modules.get(descriptor.code) ?? createModule(descriptor);
    modules.set(descriptor.code, module);
    return module;
  };
  const pipelines = new Map<GPUShaderModule, Promise<GPUComputePipeline>>();
  const createPipeline = device.createComputePipelineAsync.bind(device);
  device.createComputePipelineAsync = (descriptor) => {
    const { module } = descriptor.compute;
    const pipeline = pipelines.get(module) ?? createPipeline(descriptor);
    pipelines.set(module, pipeline);
    return pipeline;
  };
}
