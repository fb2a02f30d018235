// Devices, back ends, workers.

export const backEnds: Readonly<Record<string, string>> = {
  "attention gives wrong results on {0}": "{0}에서 어텐션 결과가 틀림",
  "WebGPU cannot be used: {0}.": "WebGPU를 쓸 수 없어요: {0}.",
  "Update the browser and the GPU driver, or choose the device wasm.":
    "브라우저와 GPU 드라이버를 업데이트하거나 실행 장치를 wasm으로 바꾸세요.",
  "{0} failed to run": "{0} 실행에 실패했어요",
  "Close other tabs to free memory, then reload the page.":
    "다른 탭을 닫아 메모리를 확보한 다음 페이지를 새로고침하세요.",
  "{0} could not be prepared": "{0}을(를) 준비하지 못했어요",
  "The machine-learning runtime could not be loaded.": "머신러닝 런타임을 불러오지 못했어요.",
  "Try again. If that does not help, reload the page, or use a current browser with WebAssembly.":
    "다시 시도하세요. 그래도 안 되면 페이지를 새로고침하거나 WebAssembly를 지원하는 최신 브라우저를 쓰세요.",
  "The {0} could not be prepared: {1}": "{0} 신경망을 준비하지 못했어요: {1}",
  "Reload the page, then try a smaller image.": "페이지를 새로고침한 다음 더 작은 이미지로 시도하세요.",
  "The {0} worker stopped: {1}.": "{0} 워커가 중지됐어요: {1}.",
  "Try again; the worker restarts. If it keeps failing, reload the page or close other tabs to free memory.":
    "다시 시도하면 워커가 다시 시작해요. 계속 안 되면 페이지를 새로고침하거나 다른 탭을 닫아 메모리를 확보하세요.",
  "it could not be loaded": "불러오지 못함",
  "its answer could not be read": "응답을 읽을 수 없음",
  "it did not start in time": "제때 시작하지 못함",
  "it ended unexpectedly": "예기치 않게 종료됨",
  "The GPU was lost: {0}.": "GPU 연결이 끊겼어요: {0}.",
  "Generate again; your prompt, settings and images are kept.":
    "다시 생성하세요. 프롬프트, 설정, 이미지는 그대로 있어요.",
  "WebGPU is not available: {0}.": "WebGPU를 쓸 수 없어요: {0}.",
  'Choose "auto" or "wasm" as the device, or use a browser with WebGPU.':
    "실행 장치로 “auto”나 “wasm”을 고르거나, WebGPU를 지원하는 브라우저를 쓰세요.",
  "a GPU is available": "GPU를 쓸 수 있음",
  "the GPU {0} could not be opened": "{0} GPU를 열지 못함",
  "The GPU {0} could not be opened.": "{0} GPU를 열지 못했어요.",
  "Close other pages that use the GPU and reload.": "GPU를 쓰는 다른 페이지를 닫고 새로고침하세요.",
  "1 thread of WebAssembly ({0})": "WebAssembly 스레드 1개({0})",
  "{0} threads of WebAssembly": "WebAssembly 스레드 {0}개",
  "the page is not cross-origin isolated": "페이지가 교차 출처 격리되지 않음",
  "one core": "코어 1개",
  "{0} cores": "코어 {0}개",
  "Tensors are missing: {0} and {1} more.": "텐서가 없어요: {0} 외 {1}개.",
  'Tensor "{0}" is {1}, but the model needs {2}.': "“{0}” 텐서의 모양은 {1}인데 모델에는 {2}이(가) 필요해요.",
  "The file does not match its config, or is not a Stable Diffusion 1.x model.":
    "파일이 설정과 맞지 않거나 Stable Diffusion 1.x 모델이 아니에요.",
  "The {0} failed to run: {1}": "{0} 신경망을 실행하지 못했어요: {1}",
  "Reload the page, then try a smaller image or fewer images at once.":
    "페이지를 새로고침한 다음 이미지 크기를 줄이거나 한 번에 더 적게 생성하세요.",
  "{0}, a part of this site, is missing on the server.": "이 사이트의 일부인 {0} 파일이 서버에 없어요.",
  "Try again later. If this is your site, publish it again with all its files.":
    "나중에 다시 시도하세요. 직접 운영하는 사이트라면 모든 파일과 함께 다시 게시하세요.",
  "{0}, a part of this site, could not be downloaded.":
    "이 사이트의 일부인 {0} 파일을 다운로드하지 못했어요.",
  "Check your connection and try again.": "연결을 확인하고 다시 시도하세요.",
  "{0}, a part of this site, is damaged, or this browser is too old for it.":
    "이 사이트의 일부인 {0} 파일이 손상됐거나 브라우저가 너무 오래됐어요.",
  "Update the browser, then try again. If this is your site, publish it again with all its files.":
    "브라우저를 업데이트한 다음 다시 시도하세요. 직접 운영하는 사이트라면 모든 파일과 함께 다시 게시하세요.",
  "The machine-learning runtime could not be started: {0}": "머신러닝 런타임을 시작하지 못했어요: {0}",
  "Close other tabs to free memory, then try again.": "다른 탭을 닫아 메모리를 확보한 다음 다시 시도하세요.",
  "The GPU has no room for an image of this size.": "GPU 메모리가 이 이미지 크기에 모자라요.",
  "Choose a smaller image, switch on “Tiled VAE (less memory)” or choose the device for low VRAM under Settings, and close other tabs and programs that use the GPU.":
    "이미지 크기를 줄이거나, ‘설정’에서 ‘타일 VAE(메모리 절약)’를 켜거나 저용량 VRAM 장치를 고르고, GPU를 쓰는 다른 탭과 프로그램을 닫으세요.",
  "The GPU has no room for this model.": "GPU 메모리가 이 모델에 모자라요.",
  "Choose the device for low VRAM under Settings, or close other tabs and programs that use the GPU.":
    "‘설정’에서 저용량 VRAM 장치를 고르거나, GPU를 쓰는 다른 탭과 프로그램을 닫으세요.",
  "WGSL kernels: {0}": "WGSL 커널: {0}",
  "The GPU computes no product right.": "GPU가 행렬 곱을 하나도 바르게 계산하지 못해요.",
  "no device": "장치 없음",
  "The WGSL kernels need WebGPU: {0}.": "WGSL 커널에는 WebGPU가 필요해요: {0}.",
  "Use ONNX Runtime.": "ONNX Runtime을 쓰세요.",
  "{0}, with the WGSL kernels": "{0}, WGSL 커널 사용",
  'The GPU rejects the kernel "{0}": {1}': "GPU가 “{0}” 커널을 거부했어요: {1}",
  "Choose ONNX Runtime, or update the browser and the GPU driver.":
    "ONNX Runtime을 고르거나 브라우저와 GPU 드라이버를 업데이트하세요.",
  "The WGSL kernels cannot compute {0} [{1}]: {2}.": "WGSL 커널로 계산할 수 없어요. {0} [{1}]: {2}.",
  "Use ONNX Runtime for this model.": "이 모델에는 ONNX Runtime을 쓰세요.",
};
