def all_texts():
    return ["clay plasticine pixel art ink line watercolour"]
