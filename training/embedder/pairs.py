"""Draws training pairs (query text, card text) with the concepts each side is about.

A pair is positive; other cards of the same batch are negatives unless they share a concept with the query, so every pair
carries the concept of its card and the concepts its query mentions. Related pairs (co-hyponyms, styles) are drawn next to
each other: taken as one batch they are each other's hard negatives.
Kinds: WordNet lemma/synonym/example <-> gloss, lemma -> hypernym, emoji name <-> keywords, caption <-> its key words,
caption -> card of a thing it mentions, prompt with paraphrased style/clothing/background words <-> synthetic adapter card.
Phrases held out in lexicon.txt are never drawn.
"""
import functools
import random
import re

from . import corpus

QUERY, CARD = "query: ", "card: "
MAX_CONCEPTS = 16
PHYSICAL = {"noun.artifact": "object", "noun.animal": "animal", "noun.food": "food", "noun.plant": "plant", "noun.object": "place",
            "noun.body": "body", "noun.person": "character", "noun.shape": "shape", "noun.substance": "material",
            "noun.phenomenon": "effect"}
STOP = set("""a an the of in on at to and or with for by from is are was were be being been it its this that these those as into over under
    near next some his her their while who which there has have had very up out down off two three one not no than then so but""".split())
QUALITY = ["masterpiece", "best quality", "highly detailed", "8k", "sharp focus", "simple background", "centered", "high resolution",
           "trending on artstation", "beautiful", "award winning", "professional", "detailed background"]
CHATTER = ["Thanks for all the likes!", "Please leave a review and post your pictures.", "Works best at weight 0.6 to 0.8.",
           "This is my first LoRA, feedback welcome.", "Trained on 40 images for 10 epochs.", "Recommended strength 0.7.",
           "Version 2 is a little softer.", "Use the trigger word for a stronger effect.", "Try it with any checkpoint.",
           "Lower the weight if the picture looks overcooked.", "Tested with several base models.", "Enjoy!",
           "You can combine it with other styles.", "If you like my work, follow me."]
REFINED = ["Shapes and composition are kept.", "Colours stay as in the prompt.", "The subject stays recognisable.", "Edges are soft.", "Edges are crisp.",
           "Strong contrast.", "Gentle shadows and smooth highlights.", "The background is simple.", "Works on animals, people and things alike.",
           "The effect is subtle.", "The effect is strong.", "The rest of the scene is unchanged.", "Bright and friendly.", "Warm colours.", "Cool colours."]
KIND_WORDS = {
    "style": ["style", "art style", "aesthetic", "look", "illustration style"], "mood": ["mood", "atmosphere", "aesthetic"],
    "light": ["lighting", "light", "time of day"], "background": ["background", "scenery", "place", "environment"],
    "clothing": ["clothing", "outfit", "accessory", "fashion"], "pose": ["pose", "action"], "framing": ["composition", "camera view", "framing"],
    "object": ["object", "concept", "thing"], "animal": ["animal", "concept", "creature"], "food": ["food", "concept"],
    "vehicle": ["vehicle", "concept"], "building": ["building", "architecture", "concept"], "character": ["character", "concept"],
}
SUBJECT = {"object", "animal", "food", "vehicle", "building", "character"}


class World:
    """Everything the sampler looks up; built once per process."""

    def __init__(self):
        wn = corpus.wordnet()
        self.synsets = [s for s in wn.values()]
        self.index = {s["id"]: i for i, s in enumerate(self.synsets)}
        n = len(self.synsets)
        self.names = [[corpus.plain(m).lower() for m in s["members"]] for s in self.synsets]
        self.parents = [[self.index[h] for h in s["hypernym"] if h in self.index] for s in self.synsets]
        self.children = {}
        for i, ps in enumerate(self.parents):
            for p in ps:
                self.children.setdefault(p, []).append(i)
        self.families = [p for p, c in self.children.items() if len(c) > 1]
        self.weights = [4 if s["lexfile"] in PHYSICAL else 2 if s["lexfile"] in ("adj.all", "noun.communication", "noun.cognition") else 1
                        for s in self.synsets]
        self.cumulative, total = [], 0
        for w in self.weights:
            total += w
            self.cumulative.append(total)
        self.physical = [i for i, s in enumerate(self.synsets) if s["lexfile"] in PHYSICAL]
        self.synonyms = [i for i, m in enumerate(self.names) if len(m) > 1]
        self.with_examples = [i for i, s in enumerate(self.synsets) if s["examples"]]
        self.lexicon = corpus.lexicon()
        self.lex_base = n
        self.by_category = {}
        for i, e in enumerate(self.lexicon):
            self.by_category.setdefault("subject" if e["category"] in SUBJECT else e["category"], []).append(i)
        self.looks = self.by_category["style"] + self.by_category["mood"] + self.by_category["light"]
        self.places = self.by_category["background"]
        self.phrase_lex = {}  # phrase of at most two words -> lexicon concepts
        for i, e in enumerate(self.lexicon):
            for p in e["train"] + [e["id"].replace("-", " ")]:
                if p.count(" ") < 2:
                    self.phrase_lex.setdefault(p, set()).add(n + i)
        self.emojis = corpus.emojis()
        self.emoji_base = n + len(self.lexicon)
        self.captions = corpus.captions() + corpus.prompts()
        self.caption_base = self.emoji_base + len(self.emojis)
        # nouns of captions: only lemmas with one leading physical sense
        lead = {}
        for i in self.physical:
            lead.setdefault(self.names[i][0], []).append(i)
        self.noun = {w: c[0] for w, c in lead.items() if len(c) == 1 and len(w) > 2}
        # concepts a WordNet sense must not be told apart from: lexicon entries named by it, its ancestors or its gloss, and back
        self.near = [self._lexicon_near(i) for i in range(n)]
        self.senses = [{self.noun[p] for p in e["train"] if p in self.noun} for e in self.lexicon]
        self.caption_facts = [self.facts(c) for c in self.captions]
        self.with_nouns = [i for i, (nouns, _, _) in enumerate(self.caption_facts) if nouns]

    def _lexicon_near(self, i):
        out, level = self.lexicon_in(self.synsets[i]["definition"]), [i]
        for _ in range(4):
            for j in level:
                for name in self.names[j]:
                    out |= self.phrase_lex.get(name, set())
            level = [p for j in level for p in self.parents[j]]
        return out

    def also(self, concepts):
        """Concepts of a query widened by those that are too close to serve as its negatives."""
        out = set(concepts)
        for c in concepts:
            if c < self.lex_base:
                out |= self.near[c]
            elif c < self.emoji_base:
                out |= self.senses[c - self.lex_base]
        return out

    def facts(self, text):
        """(synsets mentioned, lexicon concepts mentioned, key words) of a caption."""
        words = re.findall(r"[a-z][a-z'-]*", text.lower())
        forms = list(words)
        for w in words:
            if w.endswith("s") and len(w) > 3:
                forms.append(w[:-1])
                if w.endswith("es"):
                    forms.append(w[:-2])
        nouns, lex = set(), set()
        for w in forms:
            if w in self.noun and w not in STOP:
                nouns.add(self.noun[w])
            lex |= self.phrase_lex.get(w, set())
        for a, b in zip(words, words[1:]):
            lex |= self.phrase_lex.get(f"{a} {b}", set())
        return sorted(nouns), sorted(lex), [w for w in words if w not in STOP]

    def lexicon_in(self, text):
        words = text.lower().replace(",", " ").split()
        out = set()
        for w in words:
            out |= self.phrase_lex.get(w, set())
        for a, b in zip(words, words[1:]):
            out |= self.phrase_lex.get(f"{a} {b}", set())
        return out


@functools.lru_cache(None)
def world():
    return World()


def article(phrase):
    return ("an " if phrase[:1] in "aeiou" else "a ") + phrase


def lexicon_card(w, r, i, long=False):
    """A synthetic adapter card (title, description, tags) of lexicon entry i; its author uses only some of the phrases."""
    e = w.lexicon[i]
    ps = r.sample(e["train"], min(len(e["train"]), r.randint(1, 5)))
    kind = r.choice(KIND_WORDS[e["category"]])
    t = ps[0]
    if r.random() < 0.25:
        t = e["id"].replace("-", " ")
    title = r.choice([t, t.title(), f"{t} {kind}", f"{t} LoRA", f"{t} | {kind}", f"{t} v{r.randint(1, 4)}", f"{t} for SD 1.5", f"{t} {r.choice(['slider', 'helper', 'maker', 'mix', 'world', 'magic'])}"])
    a, b = r.choice(ps), r.choice(ps)
    if e["category"] in ("style", "mood", "light"):
        body = r.choice([f"Turns the picture into {a}.", f"Makes images look like {a}.", f"{a} with the feeling of {b}.", f"Redraws any subject as {a}, {b}.",
                         f"A {kind} adapter for {a}; think of {b}.", f"Everything gets the {kind} of {a}.", f"Images in {a} {kind}.", f"{a}, {b}",
                         f"This LoRA gives a {a} {kind} to people, animals and objects."])
    elif e["category"] in ("background", "framing"):
        body = r.choice([f"Puts the subject in {a}.", f"Scenes with {a}, {b}.", f"Adds {a} behind the subject.", f"A {kind} of {a}.", f"{kind}: {a}, {b}"])
    elif e["category"] == "clothing":
        body = r.choice([f"The subject wears {article(a)}.", f"Adds {a} to any character.", f"{kind}: {a}, {b}.", f"Dresses people and animals in {a}."])
    elif e["category"] == "pose":
        body = r.choice([f"The subject is {a}.", f"Characters {a}, {b}.", f"{kind} of {a}."])
    else:
        body = r.choice([f"Draws {article(a)}.", f"A {kind} LoRA of {a}.", f"Adds {a} to your pictures, {b} included.", f"{a} in many shapes and sizes.", f"Pictures of {a}; also {b}."])
    tags = list(ps) + r.sample([kind, e["category"], "illustration", "art", "fun"], r.randint(0, 2))
    r.shuffle(tags)
    if long and r.random() < 0.5:  # a refined description: sentences on the effect alone
        body = r.choice([f"Renders any subject as {a}, like {b}", f"{a.capitalize()} with {b}", f"Pictures with the look of {a} or {b}", f"{a.capitalize()}: {', '.join(ps[1:4])}"]) \
            + r.choice([".", f", with {r.choice(e['train'])}."]) + " " + " ".join(r.sample(REFINED, r.randint(1, 3)))
    elif long:
        extra = r.sample(CHATTER, r.randint(1, 3)) + [f"Good for {c}." for c in r.sample(ps, min(2, len(ps)))]
        r.shuffle(extra)
        body += " " + " ".join(extra)
    return card(r, title, body, tags if r.random() < 0.75 else [])


def card(r, title, body, tags):
    joined = ", ".join(tags)
    form = r.random()
    if form < 0.35:  # as the app writes its embedding document
        return ". ".join(x for x in (title, body, joined) if x)
    if form < 0.45:
        return f"{title}. {body}" + (f" tags: {joined}" if tags else "")
    if form < 0.6:
        return f"{title}\n{body}\n{joined}"
    if form < 0.75:
        return f"{title}: {body}"
    if form < 0.9:
        return f"title: {title}. description: {body}" + (f" tags: {joined}" if tags else "")
    return body if r.random() < 0.5 else f"{title}, {joined}" if tags else title


def synset_card(w, r, i, long=False, avoid=None):
    """A synthetic card of a WordNet sense; `avoid` is left out of the title so that the match is by meaning."""
    s, names = w.synsets[i], w.names[i]
    pool = [m for m in names if m != avoid] or names
    t = r.choice(pool)
    gloss = s["definition"]
    kind = PHYSICAL.get(s["lexfile"], "concept")
    ups = [w.names[p][0] for p in w.parents[i][:2]]
    title = r.choice([t, t.title(), f"{t} LoRA", f"{t} {kind}", f"{t} concept"])
    body = r.choice([gloss, f"{gloss}.", f"Adds {t}: {gloss}.", f"A LoRA of {t}, {gloss}.", f"{t} ({gloss})"])
    if avoid and r.random() < 0.5:
        title, body = kind, gloss
    if long:
        body += " " + " ".join(r.sample(CHATTER, r.randint(1, 3)))
    return card(r, title, body, r.sample(pool, min(2, len(pool))) + ups + ([kind] if r.random() < 0.5 else []))


def scene(w, r, long=False):
    """(text, concepts): a subject for a prompt — a caption, a lexicon subject or a thing of WordNet."""
    x = r.random()
    if x < 0.35:
        c = r.randrange(len(w.captions))
        nouns, lex, _ = w.caption_facts[c]
        text = w.captions[c].rstrip(". ")
        if long and r.random() < 0.5:
            d = r.randrange(len(w.captions))
            text += ", " + w.captions[d].rstrip(". ")
            lex = lex + w.caption_facts[d][1]
            nouns = nouns + w.caption_facts[d][0]
        return text, set(nouns) | set(lex)
    if x < 0.8:
        i = r.choice(w.by_category["subject"])
        p = r.choice(w.lexicon[i]["train"])
        return p if r.random() < 0.4 else article(p), {w.lex_base + i} | w.lexicon_in(p)
    i = r.choice(w.physical)
    p = r.choice(w.names[i])
    return article(p), {i} | w.lexicon_in(p)


def lexicon_query(w, r, i, long=False):
    """(text, concepts): what a user writes who wants lexicon entry i."""
    e = w.lexicon[i]
    p = r.choice(e["train"]) if r.random() < 0.93 else e["id"].replace("-", " ")
    concepts = {w.lex_base + i} | w.lexicon_in(p)
    x = r.random()
    if x < 0.3 and not long:
        text = p
    elif x < 0.4 and not long:
        text = r.choice([f"{p} {r.choice(KIND_WORDS[e['category']])}", f"in the style of {p}" if e["category"] == "style" else p, f"something with {p}", f"{p} please", f"{p}, {r.choice(QUALITY)}"])
    else:
        if e["category"] in SUBJECT:
            parts = [r.choice([p, article(p), f"a picture of {article(p)}", f"cute {p}", f"two {p}"])]
        else:
            s, c = scene(w, r, long)
            concepts |= c
            if e["category"] in ("style", "mood", "light"):
                parts = [r.choice([f"{p} of {s}", f"{s}, {p}", f"{s} in {p} style", f"{p}, {s}", f"{s} as {p}", f"{s} {p}"])]
            elif e["category"] == "clothing":
                parts = [r.choice([f"{s} wearing {article(p)}", f"{s}, {p}", f"{s} with {article(p)}", f"{p}, {s}"])]
            elif e["category"] == "background":
                parts = [r.choice([f"{s} in {p}", f"{s}, {p}", f"{s} with {p} behind", f"{s} in the {p}", f"{p}, {s}"])]
            else:
                parts = [r.choice([f"{s} {p}", f"{s}, {p}", f"{p}, {s}"])]
        for pool, chance in ((w.looks, 0.3), (w.places, 0.25), (w.by_category["clothing"], 0.1)):
            if r.random() < chance * (2 if long else 1):
                j = r.choice(pool)
                q = r.choice(w.lexicon[j]["train"])
                concepts |= {w.lex_base + j} | w.lexicon_in(q)
                parts.append(q)
        for q in r.sample(QUALITY, r.randint(0, 4 if long else 1)):
            parts.append(q)
        if r.random() < 0.3:
            r.shuffle(parts)
        text = ", ".join(parts)
    return text, concepts


def word_query(w, r, i, term):
    """A lemma alone or inside a prompt."""
    x = r.random()
    if x < 0.6:
        return term, {i}
    if w.synsets[i]["lexfile"] in PHYSICAL:
        text, concepts = term, {i}
        if x < 0.8:
            text = r.choice([article(term), f"a photo of {article(term)}", f"a drawing of {article(term)}", f"the {term}"])
        else:
            j = r.choice(w.looks if r.random() < 0.6 else w.places)
            p = r.choice(w.lexicon[j]["train"])
            concepts |= {w.lex_base + j} | w.lexicon_in(p)
            text = f"{article(term)}, {p}"
        return text, concepts
    return r.choice([term, f"{term} picture", f"something {term}"]), {i}


def keywords(words, r):
    keep = [x for x in dict.fromkeys(words) if r.random() < 0.6] or words[:2]
    if r.random() < 0.5:
        r.shuffle(keep)
    return r.choice([", ", " "]).join(keep)


def draw(w, r, long=False):
    """A few related pairs: [(query, card, card concept, {query concepts})]"""
    x = r.random()
    if x < 0.30:  # adapter cards of the paraphrase lexicon; neighbours are of the same kind
        e = r.randrange(len(w.lexicon))
        group = w.by_category["subject" if w.lexicon[e]["category"] in SUBJECT else w.lexicon[e]["category"]]
        out = []
        for i in [e] + r.sample(group, min(3, len(group))):
            q, c = lexicon_query(w, r, i, long)
            d = lexicon_card(w, r, i, long)
            if r.random() < 0.12 and not long:
                d = r.choice(w.lexicon[i]["train"])
            out.append((q, d, w.lex_base + i, c))
        return out
    if x < 0.52:  # glosses of one family: co-hyponyms
        if r.random() < 0.6:
            kids = w.children[r.choice(w.families)]
            chosen = r.sample(kids, min(4, len(kids)))
        else:
            chosen = r.choices(range(len(w.synsets)), cum_weights=w.cumulative, k=2)
        out = []
        for i in chosen:
            t = r.choice(w.names[i])
            q, c = word_query(w, r, i, t)
            g = w.synsets[i]["definition"]
            others = [m for m in w.names[i] if m != t]
            d = g if r.random() < 0.6 or not others else f"{r.choice(others)}: {g}"
            out.append((q, d, i, c))
        return out
    if x < 0.61:
        out = []
        for i in r.choices(w.synonyms, k=3):
            a, b = r.sample(w.names[i], 2)
            out.append((a, b, i, {i}))
        return out
    if x < 0.67:
        i = r.choices(range(len(w.synsets)), cum_weights=w.cumulative)[0]
        if not w.parents[i]:
            return []
        p = r.choice(w.parents[i])
        d = r.choice(w.names[p]) if r.random() < 0.4 else f"{w.names[p][0]}: {w.synsets[p]['definition']}"
        return [(r.choice(w.names[i]), d, p, {i, p})]
    if x < 0.71:
        i = r.choice(w.with_examples)
        return [(r.choice(w.synsets[i]["examples"]), f"{w.names[i][0]}: {w.synsets[i]['definition']}", i, {i})]
    if x < 0.82:  # adapter cards of things; the card avoids the user's word
        if r.random() < 0.6:
            kids = [k for k in w.children[r.choice(w.families)] if w.synsets[k]["lexfile"] in PHYSICAL]
            chosen = r.sample(kids, min(3, len(kids)))
        else:
            chosen = r.choices(w.physical, k=2)
        out = []
        for i in chosen:
            t = r.choice(w.names[i])
            q, c = word_query(w, r, i, t)
            out.append((q, synset_card(w, r, i, long, t if r.random() < 0.6 else None), i, c))
        return out
    if x < 0.88:
        c = r.randrange(len(w.captions))
        nouns, lex, words = w.caption_facts[c]
        if len(words) < 4:
            return []
        return [(w.captions[c] if r.random() < 0.6 else keywords(words, r), keywords(words, r), w.caption_base + c, {w.caption_base + c})]
    if x < 0.94:
        c = r.choice(w.with_nouns)
        nouns, lex, _ = w.caption_facts[c]
        concepts = set(nouns) | set(lex)
        if lex and r.random() < 0.5:
            k = r.choice(lex)
            return [(w.captions[c], lexicon_card(w, r, k - w.lex_base, long), k, concepts)]
        k = r.choice(nouns)
        return [(w.captions[c], synset_card(w, r, k, long), k, concepts)]
    out = []
    for _ in range(2):
        k = r.randrange(len(w.emojis))
        name, words, _ = w.emojis[k]
        if not words:
            continue
        some = r.sample(words, min(len(words), r.randint(1, 5)))
        q, d = (name, ", ".join(some)) if r.random() < 0.5 else (some[0], name)
        out.append((q, d, w.emoji_base + k, {w.emoji_base + k} | w.lexicon_in(q)))
    return out


def make_shard(seed, n, tokenizer, *, long=False):
    """Arrays of n pairs: query ids [n, LQ], card ids [n, LD], card concept [n], query concepts [n, MAX_CONCEPTS] (-1 = none), query hash [n]."""
    import zlib

    import numpy as np
    lq, ld = (48, 96) if long else (32, 48)
    w, r = world(), random.Random(seed)
    q = np.zeros((n, lq), np.uint16)
    d = np.zeros((n, ld), np.uint16)
    dc = np.full(n, -2, np.int32)
    qc = np.full((n, MAX_CONCEPTS), -1, np.int32)
    qh = np.zeros(n, np.int64)
    k = 0
    while k < n:
        for query, doc, concept, concepts in draw(w, r, long)[: n - k]:
            if r.random() < 0.15:  # symmetric uses: word against word, card against card
                prefix_q = prefix_d = r.choice([QUERY, CARD])
            else:
                prefix_q, prefix_d = QUERY, CARD
            ids = tokenizer.encode(prefix_q + query, lq)
            q[k, : len(ids)] = ids
            ids = tokenizer.encode(prefix_d + doc, ld)
            d[k, : len(ids)] = ids
            stated = [concept] + sorted(concepts - {concept})
            found = (stated + sorted(w.also(concepts) - set(stated)))[:MAX_CONCEPTS]
            qc[k, : len(found)] = found
            dc[k] = concept
            qh[k] = zlib.crc32(query.lower().encode())
            k += 1
    return q, d, dc, qc, qh
