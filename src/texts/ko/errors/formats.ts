// Model and image files.

export const formats: Readonly<Record<string, string>> = {
  "{0} is not a complete ONNX file: {1}.": "{0} 파일이 완전한 ONNX 파일이 아니에요: {1}.",
  "it has no pixels": "픽셀이 없음",
  "This is not a PNG file.": "PNG 파일이 아니에요.",
  "Use a PNG file that still has its text.": "텍스트 정보가 남아 있는 PNG 파일을 쓰세요.",
  "it ends inside a chunk, 1 byte short": "청크 중간에서 끝나며 1바이트가 모자람",
  "it ends inside a chunk, {0} bytes short": "청크 중간에서 끝나며 {0}바이트가 모자람",
  "its end is missing": "끝부분이 없음",
  "The PNG file is damaged: {0}.": "PNG 파일이 손상됐어요: {0}.",
  "Use the original file.": "원본 파일을 쓰세요.",
  "The file is damaged or incomplete; download it again.":
    "파일이 손상됐거나 덜 받은 파일이에요. 다시 다운로드하세요.",
  "Not a safetensors file: it has only 1 byte.": "safetensors 파일이 아니에요. 1바이트뿐이에요.",
  "Not a safetensors file: it has only {0} bytes.": "safetensors 파일이 아니에요. {0}바이트뿐이에요.",
  "Not a safetensors file: header length {0} is over {1}.":
    "safetensors 파일이 아니에요. 헤더 길이 {0}이(가) 한도인 {1}을(를) 넘어요.",
  "The file is truncated: the header needs {0} bytes, but the file has {1}.":
    "파일이 중간에서 잘렸어요. 헤더에 {0}바이트가 필요한데 파일은 {1}바이트예요.",
  "Not a safetensors file: the header is not valid JSON ({0}).":
    "safetensors 파일이 아니에요. 헤더가 올바른 JSON이 아니에요({0}).",
  'The header names "{0}" twice.': "헤더에 “{0}” 이름이 두 번 나와요.",
  "The file is malformed; use another one.": "파일 형식이 잘못됐어요. 다른 파일을 쓰세요.",
  "`__metadata__` is not an object.": "`__metadata__`가 객체가 아니에요.",
  'Tensor "{0}": {1}.': "“{0}” 텐서: {1}.",
  "its header entry is not an object": "헤더 항목이 객체가 아님",
  "its dtype is missing or not a name": "dtype이 없거나 이름이 아님",
  'Tensor "{0}" has the unknown type {1}.': "“{0}” 텐서의 자료형을 알 수 없어요: {1}.",
  "Use a version of the file in fp16, bf16 or fp32.": "fp16, bf16, fp32로 된 파일을 쓰세요.",
  "its shape is not a list of sizes": "shape이 크기 목록이 아님",
  "data_offsets is not a pair of positions": "data_offsets가 위치 두 개가 아님",
  "[{0}] of {1} takes {2} bytes, but data_offsets span {3}":
    "{1} [{0}]에는 {2}바이트가 필요한데 data_offsets는 {3}바이트임",
  "it ends at byte {0}, past the end of the file ({1})": "{0}바이트에서 끝나며 파일 끝({1})을 넘음",
  'Tensor "{0}" overlaps the one before it.': "“{0}” 텐서가 앞의 텐서와 겹쳐요.",
  'Tensor "{0}" follows 1 unused byte.': "“{0}” 텐서 앞에 쓰지 않는 1바이트가 있어요.",
  'Tensor "{0}" follows {1} unused bytes.': "“{0}” 텐서 앞에 쓰지 않는 {1}바이트가 있어요.",
  "The tensors end at byte {0}, but the file has {1} bytes.":
    "텐서는 {0}바이트에서 끝나는데 파일은 {1}바이트예요.",
  'Tensor "{0}" could not be read: the file was moved or changed.':
    "“{0}” 텐서를 읽지 못했어요. 파일이 옮겨졌거나 바뀌었어요.",
  'Tensor "{0}" is truncated.': "“{0}” 텐서가 중간에서 잘렸어요.",
  "Use the .safetensors version of this model, or convert it with a tool you trust.":
    "이 모델의 .safetensors 버전을 쓰거나, 믿을 수 있는 도구로 변환하세요.",
  "a 7z archive": "7z 압축 파일",
  "a RAR archive": "RAR 압축 파일",
  "a gzip archive": "gzip 압축 파일",
  "an image": "이미지",
  "an image or a sound": "이미지나 소리",
  "This is a ZIP archive, probably a PyTorch pickle (.ckpt, .pt, .bin). Pickles can run code, so Stylus does not read them.":
    "ZIP 압축 파일이며, PyTorch pickle(.ckpt, .pt, .bin)인 것 같아요. pickle은 코드를 실행할 수 있어서 Stylus는 읽지 않아요.",
  "This is a Python pickle (.ckpt, .pt, .bin). Pickles can run code, so Stylus does not read them.":
    "Python pickle(.ckpt, .pt, .bin)이에요. pickle은 코드를 실행할 수 있어서 Stylus는 읽지 않아요.",
  "This is {0}, not a model or an adapter.": "모델이나 어댑터가 아니에요. 파일 종류: {0}.",
  "Choose the .safetensors file of the model or adapter.": "모델이나 어댑터의 .safetensors 파일을 고르세요.",
  "This is a TAR archive, or an old PyTorch file in one, which Stylus does not read.":
    "TAR 압축 파일이거나 TAR로 된 오래된 PyTorch 파일이에요. Stylus는 읽지 않아요.",
  "This is a GGUF file, which Stylus does not read.": "GGUF 파일이에요. Stylus는 읽지 않아요.",
  "This is an HDF5 (Keras) file, which Stylus does not read.":
    "HDF5(Keras) 파일이에요. Stylus는 읽지 않아요.",
  "This is a Git LFS pointer, not the file itself.": "파일이 아니라 Git LFS 포인터예요.",
  "Download the actual file with `git lfs pull` or the site's download button.":
    "`git lfs pull`이나 사이트의 다운로드 버튼으로 실제 파일을 받으세요.",
  "This is a web page, not a model file.": "모델 파일이 아니라 웹 페이지예요.",
  "The download failed or needed a login; download the file again from the model's page.":
    "다운로드에 실패했거나 로그인이 필요했던 것 같아요. 모델 페이지에서 다시 다운로드하세요.",
  "This is a text file, not a model or an adapter.": "모델이나 어댑터가 아니라 텍스트 파일이에요.",
  "Download the file again from its page; a note or an error message was saved instead.":
    "파일 대신 안내문이나 오류 메시지가 저장됐어요. 해당 페이지에서 다시 다운로드하세요.",
  "has type I8, but no scale {0}_scale": "자료형이 I8인데 배율 {0}_scale이 없음",
  'Tensor "{0}" {1}.': "“{0}” 텐서에 문제가 있어요: {1}.",
  "Quantise the model again, or use its version in fp16.": "모델을 다시 양자화하거나 fp16 버전을 쓰세요.",
  "has type {0} and a scale; only int8 and floating-point types can have one":
    "자료형이 {0}인데 배율이 있음. int8과 부동소수점에만 배율을 쓸 수 있음",
  'is [{0}], and its scale "{1}" is {2}': "모양이 [{0}]인데 배율 “{1}” 텐서는 {2}임",
  "contains {0}, which is no scale": "배율이 될 수 없는 값이 있음: {0}",
  'Tensor "{0}" has type {1}, not floating point.': "“{0}” 텐서의 자료형({1})이 부동소수점이 아니에요.",
};
