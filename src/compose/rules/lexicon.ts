// Word lists of the rules composer: words that separate phrases, and words that distinguish a style from an object, a place
// or clothing. Lists contain stems (words.ts). They need not be complete: an unknown word gives an "object" or "open"
// task, and the embedder compares meaning.

const set = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** Multi-word terms, one per line, longest first. */
const terms = (lines: string): readonly (readonly string[])[] =>
  lines
    .trim()
    .split("\n")
    .map((line) => line.trim().split(" "))
    .sort((a, b) => b.length - a.length);

export const determiners = set(
  `a an the some any this that these those his her its their my your our another each every both no`,
);

/** Of one thing: a verb behind it ends in -s. */
export const singulars = set(`a an this that each every another one`);

/** Words that negate what follows. */
export const negators = set(`no not nor neither without never nothing`);

/** After a negator these cancel it: "not only", "no longer", "not far from". */
export const softeners = set(
  `only just one longer less more far yet doubt matter quite exactly too so much many always necessarily but`,
);

/** Several words, or rarer ones, that deny what follows. */
export const denialTerms = terms(`
leave out
leaving out
leave off
do without
stay away from
steer clear of
instead of
in place of
rather than
as opposed to
free of
free from
devoid of
lacking
excluding
omitting
minus
sans
w o
none of
not one of
anything but
anything except
anything other than`);

/** They sound like a denial, and want what follows. */
export const soundingTerms = terms(`
not only
not just
not merely
not simply
not least
not to mention
not forgetting
not unlike
nothing but
nothing less than
nothing other than
nothing short of
nothing if not
none other than
none but
no other than
no one but
nobody but
no less than
no fewer than
no end of
no shortage of
no lack of
why not`);

export const counts = set(
  `1 2 3 4 5 6 7 8 9 10 11 12 one two three four five six seven eight nine ten eleven twelve many several few dozen both
  numerous couple pair row group bunch pile herd flock lots plenty`,
);

export const conjunctions = set(`and or but except while plus then also`);

/** Words that end a phrase and have no content. */
export const fillers = set(
  `is are was were be been being has have had having do does can will would could it he she they them there here who which
  that where when i we you him just very really quite please show make create draw paint generate depict give want
  all with-out not`,
);

export const prepositions = set(
  `in on at with without under over behind near by into onto through from during inside outside against among around across
  along above below beneath between beside beyond for to as like of off upon within atop past toward towards amid down
  up next before after`,
);

/** Several words that act as one preposition. */
export const prepositionTerms = terms(`
in front of
on top of
at the top of
in the middle of
to the left of
to the right of
left of
right of
next to
close to
surrounded by
covered in
covered with
covered by
filled with
full of
lit by
out of`);

/** A material follows: a look or an object. */
export const materialLeads = terms(`
made out of
made of
made from
made with
built of
built from
built out of
as if made of`);

/** A style follows. */
export const styleLeads = terms(`
in the style of
in a style of
the style of
style of
drawn with
drawn in
drawn as
drawn by
painted with
painted in
painted as
painted by
rendered in
rendered as
rendered with
done in
done as
looks like
look like
looking like
inspired by
sculpted from
sculpted in
sculpted out of
moulded from
shaped from
stitched in
folded from`);

/** Clothing follows. */
export const clothingLeads = terms(`
wearing
wears
wear
dressed in
dressed as
clad in
with a pair of`);

/** Nouns for an image or a likeness: "an X of a fox" makes X a style. */
export const depictions = set(
  `painting drawing sketch render rendering illustration art artwork print photo photograph photography picture image
  portrait poster doodle cartoon comic engraving etching woodcut linocut figure figurine sculpture statue statuette model
  toy puppet sticker decal label icon logo sprite graphic graphics emblem mosaic tapestry collage mural fresco caricature silhouette cutout
  clipart postcard scan snapshot selfie polaroid still diorama miniature design vector wallpaper scribble stencil
  pictogram lettering animation film movie look aesthetic finish medium texture style filter effect`,
);

/** Depictions that many looks share, so that alone they do not distinguish looks. */
export const commonDepictions = set(
  `painting drawing render rendering illustration art artwork print photo photograph photography picture image portrait
  poster figure figurine sculpture statue model toy puppet icon graphic graphics still scan snapshot design look aesthetic finish
  medium style film movie animation filter effect game book`,
);

/** Depictions without a look. */
export const plainDepictions = set(`picture image photo photograph portrait scene view`);

/** One-word styles, media and looks. */
export const styleWords = set(
  `tesserae kawaii watercolor aquarelle gouache acrylic fresco pastel charcoal crayon chalk ink inked lineart linework outlined monochrome
  grayscale sepia duotone halftone screentone pixel pixelated pixelart voxel lowpoly polygonal isometric origami papercut
  papercraft kirigami quilling decoupage embroidered embroidery stitched knitted knit crochet crocheted amigurumi felt
  felted plush plushie patchwork quilted clay claymation plasticine playdoh fimo dough putty lego brickwork steampunk
  cyberpunk synthwave vaporwave solarpunk dieselpunk retrowave outrun anime manga chibi ghibli toon cartoonish cartoon
  comic graffiti stencil linocut woodcut woodblock etching engraving engraved lithograph risograph silkscreen
  blueprint schematic cubist cubism surreal surrealist surrealism impressionist impressionism expressionist expressionism
  pointillism pointillist baroque rococo renaissance gothic bauhaus minimalist minimalism abstract photorealistic
  hyperrealistic realistic cinematic noir vintage retro grainy faded nostalgic glitch glitchy hologram holographic
  stained mosaic tiled marbled ukiyo sumi calligraphy doodle scribbled sketchy sketched drawn painted painterly rendered
  cel shaded cgi octane 3d 2d 16bit 8bit bit neon glowing iridescent pastels psychedelic kaleidoscopic
  psychedelia trippy gritty flat whimsical storybook airbrush airbrushed caricature tarot iconography
  illustrated stylized stylised pop-art popart impasto fauvism sculpted carved porcelain ceramic papier mache wireframe xray
  thermal infrared bokeh tiltshift polaroid daguerreotype lomography filmic`,
);

/** Style words that before a thing say how it looks and ask for no look of the image: "a neon green frog", "a glass of pinot noir". */
export const adjectives = set(
  `neon glowing stained pixel pixelated bit noir ink inked pastel pastels vintage retro faded flat gritty grainy glitch glitchy iridescent
  abstract realistic gothic baroque renaissance nostalgic whimsical tiled marbled carved drawn painted rendered outlined sketchy scribbled
  psychedelic trippy kaleidoscopic infrared thermal engraved comic chalk charcoal crayon acrylic cinematic surreal octane shading`,
);

/** Styles of several words. */
export const styleTerms = terms(`
black and white
ukiyo e
stained glass
low poly
pixel art
line art
pop art
oil painting
oil on canvas
water color
paper cut
paper craft
paper cutout
cut paper
folded paper
cross stitch
film noir
film grain
film still
golden hour
soft focus
flat design
flat vector
vector art
concept art
digital art
street art
spray paint
comic book
graphic novel
video game
retro game
game sprite
old photo
art deco
art nouveau
studio ghibli
van gogh
pen and ink
ink wash
colored pencil
color pencil
pencil sketch
ballpoint pen
stop motion
play doh
plastic brick
toy brick
building block
tilt shift
double exposure
long exposure
thread on fabric
needle felt
stuffed animal
soft toy
modelling clay
polymer clay
8 bit
16 bit
3 d`);

/** Styles whose name is also a physical object: "a comic book on a table". */
export const thingTerms = terms(`
comic book
graphic novel
video game
retro game
colored pencil
color pencil
ballpoint pen
plastic brick
toy brick
building block
stuffed animal
soft toy`);

/** Objects whose first word only looks like a style: "clay pot", "neon sign". */
export const notStyles = terms(`
clay pot
clay vase
clay court
clay brick
clay tile
neon sign
neon light
ink bottle
ink pot
felt tip
felt hat
retro car
vintage car
knit hat
knit cap
ceramic cup
ceramic bowl
ceramic mug
ceramic plate
porcelain cup
flat tire
flat screen
flat roof
chalk board
model train
model car
model airplane
comic book store
toy store
toy car
toy train
video game console
video game controller
stuffed animal toy
crayon box
bit of
figure skating
figure skater
movie theater
film crew`);

export const places = set(
  `snow beach sea ocean lake river forest wood woods jungle hill hilltop mountain valley desert meadow field grass grassland
  street road city town village skyline room kitchen bathroom bedroom office park garden yard space moon planet sky
  cloud underwater water pond pool island cave canyon cliff shore coast seaside harbor bay waterfall stream farm barn
  stable market shop store restaurant cafe library school classroom museum castle house home station airport runway
  highway bridge sidewalk path trail alley rooftop roof floor wall table desk shelf counter background backdrop indoors
  outdoors countryside prairie savanna swamp marsh glacier iceberg ice volcano dune oasis galaxy universe orbit cosmos
  stage stadium court playground zoo aquarium greenhouse orchard vineyard seabed reef depths riverbank lawn patio
  balcony plaza square downtown suburb ruin dungeon tunnel cellar attic hall corridor living scenery landscape
  cityscape seascape environment world land surface wonderland candyland horizon`,
);

/** Places that are settings even without a preposition: "a forest of candy", "the beach". */
export const settings = set(
  `sea ocean forest wood jungle mountain valley desert meadow field street city town village skyline beach countryside
  landscape scenery cityscape seascape wonderland candyland  background backdrop savanna space
  galaxy universe cosmos prairie swamp world`,
);

/** Places that need no preposition. */
export const adverbs = set(
  `downtown uptown indoors outdoors underwater outside inside upstairs downstairs overhead`,
);

export const sizes = set(
  `big small large little tiny huge giant tall short long old new young cute pretty beautiful lovely great fat thin wide`,
);

export const times = set(
  `night nighttime midnight dusk dawn twilight sunset sunrise morning evening afternoon noon daytime day autumn fall winter
  summer spring moonlight sunlight starlight starry moonlit sunlit candlelight lamplight
  nightfall daybreak overcast october december`,
);

export const weathers = set(
  `snow rain raining rainy snowing snowy snowfall snowstorm blizzard fog foggy mist misty haze hazy storm stormy thunderstorm
  lightning thunder wind windy breeze cloudy sunny sunshine drizzle hail rainbow snowflake raindrop flurry frost frosty
  downpour aurora smoke dust sandstorm bubble confetti sparkle petal`,
);

export const garments = set(
  `hat cap scarf glasses sunglasses dress coat jacket shirt tshirt sweater jumper hoodie suit tie bowtie skirt pants jeans
  shorts boots shoe sneaker sandal glove mitten crown tiara helmet mask cape cloak robe kimono uniform costume armor
  apron vest necklace earring bracelet ring headphone headband ribbon bow bandana turban veil wig beret beanie tuxedo
  gown pajama swimsuit bikini spectacles eyeglasses goggles monocle headwear headgear eyewear outfit clothes clothing
  sombrero wreath backpack bag umbrella watch belt sock muffler shawl poncho fedora`,
);

export const framingHeads = set(`zoom closeup panorama view shot angle framing macro up`);

export const framings = set(
  `closeup close portrait macro wide zoomed panorama panoramic aerial overhead fisheye tiny huge giant giants miniature
  headshot silhouette centered symmetrical view angle shot framing far distant distance`,
);

export const colors = set(
  `red orange yellow green blue purple violet pink brown black white gray gold golden silver beige teal turquoise cyan
  magenta maroon navy cream lavender indigo crimson scarlet lime mint peach khaki`,
);

/** Verbs of captions and prompts that do not end in -ing. */
export const verbs = set(
  `sit stand run ride eat play fly wear hold walk jump sleep swim drive carry catch throw hit kick pull push lie lay
  hang rest lean dance sing read write cook bake drink smile laugh cry fight hunt chase climb surf ski skate sail row float
  dive crawl bark graze roam wait watch stare gaze pose swing look talk pass approach move travel perform reach roll glide bend kneel
  hug lick sniff wave point race drag pour chew emerge rise fall hover prepare cross perch ski skis feed pet grind touch smell peek hop gallop
  swims sway march`,
);

/** Participles that act as verbs after a noun. */
export const participles = set(
  `parked seated perched dressed surrounded covered filled decorated attached laid placed shown seen set hung lined made
  drawn painted rendered built sculpted carved stacked piled arranged displayed tied wrapped topped mounted lit taken`,
);

/** People whose looks a list of tags describes. */
export const persons = set(
  `solo girl boy woman man lady guy person child kid female male couple girls boys women men elf witch maid knight princess prince queen king
  warrior idol nurse schoolgirl samurai ninja angel vampire fairy mermaid`,
);

/** Tags of how a person looks, by their last or their first word: "long hair", "smile", "looking at viewer". */
export const attributes = set(
  `solo hair eyes eye bangs braid ponytail twintails pigtails ahoge bun sidelocks eyebrows eyelashes lips mouth teeth tongue face skin freckles
  blush smile smiling grin expression frown tears beard mustache stubble makeup lipstick ears tail wings breasts chest abs muscular waist hips
  thighs legs navel midriff collarbone shoulders arms hands fingers nails body figure looking standing sitting kneeling lying smirk fang fangs
  1girl 1boy`,
);

/** Pasts that do not end in -ed, and mean nothing else behind a noun. */
export const pasts = set(
  `ate drank sat stood ran held wore rode drove flew threw caught swam slept wrote written sang fought hung went came took taken gave given made
  bought brought kept lay broke broken blew grew grown drew shook stole stolen swung spun bent knelt leant leapt built seen eaten
  worn torn thrown driven ridden hidden bitten frozen woven`,
);

/** Words in -ing that are not verbs. */
export const notVerbs = set(
  `painting drawing building ring king morning evening ceiling clothing spring string wing lightning wedding earring
  engraving etching lettering lighting pudding duckling dumpling sling shading rendering sibling swing viking icing
  living dining clothing thing something nothing everything anything bling crossing railing landing filling topping
  wing parking quilling modelling modeling frosting setting outing bling string king herring pudding swing dressing
  helping covering flooring wiring awning offspring starling`,
);
