// What the manifests say of their models, by the English words.
export const modelSummaries: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "Our own miniature, part of this site: cartoon scenes, on any computer.":
      "이 사이트에 들어 있는 자체 제작 소형 모델이에요. 어떤 컴퓨터에서든 만화풍 장면을 그려요.",
    "The original, for images of all kinds.": "어떤 이미지든 그리는 원본 모델이에요.",
    "A community model for anime illustration.": "애니메이션풍 일러스트용 커뮤니티 모델이에요.",
    "A community model for photographs: people, places, light.":
      "인물, 장소, 빛을 사진처럼 그리는 커뮤니티 모델이에요.",
    "Regenerates masked parts of an image; also generates from text alone.":
      "이미지에서 마스크로 표시한 부분을 다시 생성해요. 텍스트만으로도 생성할 수 있어요.",
    "Small enough to leave most GPUs room for the image model.":
      "작아서 웬만한 GPU에는 이미지 모델과 함께 올라가요.",
    "A newer model of about the same size.": "크기가 비슷한 더 새로운 모델이에요.",
    "The largest and slowest of these.": "이 가운데 가장 크고 느려요.",
    "A third of the size.": "크기가 3분의 1이에요.",
    "Small and quick, with terms of its own.": "작고 빨라요. 별도의 이용 조건이 있어요.",
    "The smallest; expect wrong choices.": "가장 작지만 잘못 고를 때가 많아요.",
    "Small, for GPUs without 16-bit shaders, with terms of its own.":
      "16비트 셰이더를 지원하지 않는 GPU에서도 쓸 수 있는 작은 모델이에요. 별도의 이용 조건이 있어요.",
    "Runs without a GPU; expect to wait.": "GPU 없이도 실행되지만 오래 걸려요.",
    "Runs without a GPU; expect wrong choices.": "GPU 없이도 실행되지만 잘못 고를 때가 많아요.",
  }),
);
