// Names of several words that stay one, although a part of them is a verb, a preposition or a medium elsewhere: "vending machine", "pinot
// noir". Most are those of Open English WordNet (NOTICE) that captions use and rules would cut.
import type { Word } from "./words.ts";

const names = `
adding machine; back saw; bacon and eggs; baking chocolate; baking mould; baking tray; ball and chain; band saw;
basking shark; bathing cap; bathing costume; bathing suit; bathing trunks; bathing tub; batting cage; batting coach;
batting glove; batting helmet; bed and breakfast; bird of paradise; bleeding heart; block and tackle; boarding house;
bow and arrow; bowling alley; bowling ball; bowling pin; bowling shoe; boxing glove; boxing gloves; boxing match;
boxing ring; bread and butter pickle; building block; building site; burning bush; bus stop; buzz saw; carbon copy;
carving fork; carving knife; cat o nine tails; chain saw; changing room; chewing gum; chicken and rice;
chopping block; chopping board; chopping knife; circular saw; clay court; clay pigeon; clay pipe; cleaning equipment;
cleaning lady; cleaning man; cleaning woman; climbing equipment; climbing frame; climbing helmet; coloring book;
comic relief; comic sans; cooking apple; cooking chocolate; cooking oil; cooking pan; cooking stove; cooking utensil;
cooling system; cooling tower; crash landing; creeping juniper; creeping thistle; crochet hook; crochet needle;
crossing guard; cup and saucer; curling iron; curling stone; cutting board; cutting edge; cutting tool; dining chair;
dining room; dining table; diving bell; diving board; diving dress; diving duck; diving suit; drafting board;
drafting instrument; drafting table; drawing chalk; dressing gown; dressing room; dressing table; drinking chocolate;
drinking fountain; drinking glass; drinking straw; drinking water; driving range; driving wheel; eating apple;
eating place; eating utensil; electric frying pan; electronic drum set; embroidery frame; embroidery hoop;
embroidery needle; engagement ring; feeding chair; fencing mask; fencing stick; fencing sword; filing cabinet;
film crew; finger paint; fish and chips; fishing boat; fishing gear; fishing line; fishing net; fishing pole;
fishing rod; fishing tackle; floating bridge; floating dock; floating dry dock; flying boat; flying carpet;
flying fish; flying fox; flying squirrel; folding chair; folding door; folding saw; food coloring; food colouring;
forget me not; frying pan; gaming card; gaming house; gaming table; garbage can; gift wrapping; glow stick;
grinding wheel; hair drier; ham and eggs; hearing aid; holding cell; hook and eye; hot air balloon; house paint;
humming top; hunting crop; hunting dog; hunting guide; hunting knife; hunting lodge; hunting spider; hunting watch;
ironing board; jack in the box; jousting armor; jousting armour; jumping bean; jumping jack; jumping mouse; key ring;
knitting machine; knitting needle; landing gear; landing strip; laughing gull; lazy susan; leading lady;
lighting rig; lightning bolt; lily of the valley; living room; loading dock; looking at viewer; looking back; looking away; looking down; looking up; looking glass; lounging jacket;
macaroni and cheese; marching order; measuring cup; measuring instrument; measuring rod; measuring stick;
meeting house; meeting place; melting pot; merry go round; milking machine; milking stool; miniature poodle; minus sign;
missing link; mixing bowl; mixing faucet; mother of pearl; moving staircase; moving van; mug shot; no parking sign;
nursing bottle; nursing home; nut and bolt; oil paint; onion ring; operating room; operating surgeon;
operating table; operating theater; out of order sign; overhead projector; packing plant; paint roller;
parking garage; parking lot; parking meter; pedestrian crossing; performing artist; pick up truck; pickup truck;
pinot noir; pipe fitting; pitching coach; pitching wedge; playing card; polar bear; pork and beans; poster paint;
power saw; power steering; prince charming; printing press; printing shop; punching bag; punching ball; putty knife;
racing bike; racing boat; racing car; racing skate; racing yacht; railroad crossing; reading desk; reading lamp;
reading room; recording studio; recording system; reed bunting; reflecting telescope; riding boot; riding boots;
riding crop; rocking chair; rocking horse; rolling mill; rolling pin; rolling stock; rowing boat; rubbing alcohol;
running board; running shoe; running suit; sailing boat; sailing master; sailing ship; salt and pepper;
salt and pepper shaker; sans serif; scrubbing brush; seating area; seating room; see saw; sergeant at arms; serving cart;
serving dish; sewing basket; sewing kit; sewing machine; sewing needle; sewing room; shaving brush; shaving cream;
shaving cutter; shaving foam; shaving soap; shipping clerk; shipping office; shooting gallery; shooting range;
shooting star; shooting stick; shopping bag; shopping basket; shopping cart; shopping center; shopping centre;
shopping mall; sitting room; skating rink; sketch block; sketch map; sketch pad; skipping rope; skull and crossbones;
sleeping bag; sleeping beauty; sleeping car; sliding board; sliding door; sliding seat; sliding window; smoking car;
smoking jacket; smoking room; snow bunting; soda can; sparkling water; sparkling wine; speaking trumpet;
speaking tube; spinning top; spinning wheel; spray can; squid ink; stand up comedian; stand up comic; standing stone;
steering wheel; stepping stone; sticking plaster; stop sign; swimming cap; swimming costume; swimming pool;
swimming trunks; swinging door; take out box; talking book; talking head; tarot card; tea set; teddy bear;
tennis court; throwing stick; touring car; towing path; towing rope; trading card; trading floor; trading post;
train set; training school; training ship; trash can; traveling bag; traveling salesman; travelling bag;
travelling salesman; tuning fork; tv set; vending machine; wading bird; wading pool; waiting area; waiting room;
walkie talkie; walking shoe; walking stick; wall hanging; warning bell; washing machine; washing powder;
watering can; watering cart; watering pot; wedding cake; wedding dress; wedding ring; weeping beech; weeping willow;
weighing machine; working dog; wrestling mat; wrestling ring; writing board; writing desk; writing table`;

const byFirst = new Map<string, (readonly string[])[]>();
for (const name of names.split(";")) {
  const parts = name.trim().split(/\s+/);
  byFirst.set(parts[0]!, [...(byFirst.get(parts[0]!) ?? []), parts]);
}

/** @returns how many words the longest compound has that begins at a position; 0: none */
export function compoundAt(words: readonly Word[], at: number): number {
  const fits = (part: string, i: number): boolean =>
    words[at + i]?.text === part || words[at + i]?.stem === part;
  const found = byFirst.get(words[at]!.text)?.filter((parts) => parts.every(fits)) ?? [];
  return Math.max(0, ...found.map(({ length }) => length));
}
