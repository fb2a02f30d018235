// The commonest tags of booru captions and of model hubs. Taggers put them on nearly every image, so they say nothing about one adapter:
// in 1,337 cards of Civitai "1girl", "solo" and "looking at viewer" lead most lists of training tags.

const booru = `1girl, solo, highres, long hair, commentary request, breasts, looking at viewer, blush, smile, short hair, open mouth, bangs, blue eyes, multiple girls,
blonde hair, skirt, brown hair, large breasts, simple background, black hair, shirt, hair ornament, red eyes, hat, gloves, thighhighs, absurdres, 1boy, long sleeves, white background,
dress, original, ribbon, bow, navel, touhou, 2girls, holding, photoshop medium, animal ears, cleavage, brown eyes, hair between eyes, bare shoulders, twintails, jewelry, medium breasts, sitting,
very long hair, closed mouth, underwear, green eyes, nipples, school uniform, standing, purple eyes, blue hair, collarbone, jacket, monochrome, panties, comic, tail, full body, closed eyes,
upper body, swimsuit, hair ribbon, pink hair, yellow eyes, white hair, purple hair, ponytail, ass, weapon, braid, flower, greyscale, multiple boys, ahoge, heart, white shirt, short sleeves, :d,
hair bow, hetero, hololive, male focus, heterochromia, boots, green hair, bikini, earrings, red hair, thighs, sidelocks, food, choker, frills, japanese clothes, detached sleeves, sky, pleated skirt,
indoors, barefoot, outdoors, shorts, one eye closed, black gloves, fang, day, sweat, grey hair, shoes, necktie, pantyhose, water, multicolored hair, cowboy shot, lying, signature, pants, black footwear,
horns, black skirt, cloud, belt, small breasts, wings, parted lips, sword, white gloves, teeth, tongue, tongue out, grin, belt, hairband, serafuku, star (symbol), gradient background, translated,
looking back, virtual youtuber, cape, sleeveless, puffy sleeves, white dress, black thighhighs, cat ears, hand up, vest, blue sky, red bow, artist name, hairclip, bag, midriff, floating hair, blurry,
streaked hair, covered navel, sidelocks, hood, cup, wide sleeves, neckerchief, fingerless gloves, striped, from behind, glasses, official art, two-tone hair, arms up, scarf, leotard, armor, head tilt,
blunt bangs, on back, kimono, book, orange eyes, orange hair, aqua eyes, collared shirt, black dress, elbow gloves, petals, sailor collar, fur trim, elf, pointy ears, chibi, hands up, crop top, nail polish,
black jacket, hug, tree, bed, blurry background, depth of field, window, night, table, chair, arm up, own hands together, expressionless, from above, from side, from below, character name, watermark,
copyright name, english text, text, speech bubble, dated, twitter username, web address, logo, border, traditional media, realistic, photorealistic, no humans, 2boys, 3girls, 6+girls, couple, mole,
mole under eye, eyelashes, lips, makeup, nose, hair over one eye, eyebrows visible through hair, hair bun, double bun, side ponytail, low ponytail, straight hair, wavy hair, curly hair, light smile,
medium hair, dark skin, dark-skinned female, muscular, abs, shadow, lens flare, light particles, sparkle, holding weapon, socks, kneehighs, white thighhighs, sneakers, high heels, bare legs, bare arms,
bracelet, necklace, ring, buttons, zipper, pocket, hoodie, coat, sweater, t-shirt, turtleneck, bra, apron, maid, maid headdress, uniform, military, military uniform, rose, leaf, grass, ocean, beach, building,
city, architecture, scenery, plant, flying, walking, running, profile, portrait, close-up, face, gradient, grey background, black background, blue background, pink background, red background, solo focus,
feet, toes, legs, armpits, stomach, back, neck, shiny, shiny skin, shiny hair, tears, crying, v, thumbs up, hand on hip, arms behind back, crossed arms, kneeling, squatting, leaning forward, leg up, stretching,
wet, see-through, nude, sex, penis, pussy, cum, nsfw, sfw, rating:safe, rating:questionable, rating:explicit, general, sensitive`;

const hub = `anime, girl, girls, woman, women, female, man, men, male, boy, person, people, human, cute, sexy, hot, beautiful, pretty, style, art, art style, artstyle, artist, character, characters,
concept, clothing, clothes, background, backgrounds, object, objects, pose, poses, tool, base model, celebrity, photo, photography, photorealism, realism, illustration, digital art, digital illustration, drawing,
cartoon, lora, locon, lycoris, model, sd1.5, sd 1.5, stable diffusion, video game, game, manga, fantasy, waifu, masterpiece, best quality, high quality, ultra detailed, 8k, 4k, hd, uhd, raw photo, detailed,
extremely detailed, intricate, sharp focus, professional, nsfw`;

const common: ReadonlySet<string> = new Set(
  `${booru}, ${hub}`.split(",").map((tag) => tag.replace(/\s+/gu, " ").trim()),
);

/** "Looking_at_viewer" → "looking at viewer"; prompts escape brackets, words do not. */
export const plainTag = (tag: string): string =>
  tag
    .replace(/\\([()])/gu, "$1")
    .replace(/_(?=\w)/gu, " ")
    .replace(/\s+/gu, " ")
    .trim();

/** True for tags that say nothing about one adapter: the commonest ones, and counts of people. */
export const isCommonTag = (tag: string): boolean => {
  const plain = plainTag(tag).toLowerCase();
  return common.has(plain) || /^\d\+?(?:girls?|boys?|others?)$/u.test(plain);
};
