"""The words of the English verses.

Every list is in order of falling frequency. Shapes keep the metre (iambic tetrameter): names,
nouns, adjectives and things have two syllables and fall (SIL-ver), verbs and rhyme words have one.
Verbs do not end in a hiss, since their third person would grow by a syllable (dance, dances).
"""

from dataclasses import dataclass

WOMEN = "Clara Nora Alice Rosa Helen Lucy Stella Emma Mabel Hannah"
MEN = "Martin Oscar Simon Edmund Peter Victor Hugo Walter Arthur Felix"

WALK = (
    "walk wait sing stand hum rest dream stroll sit run roam read stop sleep climb skate drift turn"
)
KEEP = (
    "keep find hold want hide bring draw paint seek guard love mend trade sell lend wrap steal "
    "clean"
)
STILL = (
    "still bright small calm proud strange light pale soft brave shy slow warm quick dark sweet "
    "grave plump"
)
CALM = (
    "sleepy quiet silver little ancient lonely windy golden early drowsy patient misty distant "
    "simple crooked modest"
)
WORN = (
    "silver golden wooden little broken painted ancient crooked yellow secret crimson copper tiny "
    "heavy faded polished borrowed dusty hollow paper winter summer simple hidden humble purple "
    "perfect precious scarlet rusty tattered magic missing foreign orange modest shabby twisted "
    "woolen spotted famous mended velvet gilded battered dented narrow leather lemon lilac marble "
    "ragged royal satin starry sturdy tangled tartan weathered rainbow"
)
LIVELY = (
    "little gentle patient lonely early merry hungry restless sleepy silver clever solemn quiet "
    "nimble tender drowsy noisy modest cheerful speckled stubborn graceful honest weary timid "
    "bashful jolly humble giddy gloomy grumpy careful playful thoughtful faithful hopeful dappled "
    "slender sturdy tiny crafty greedy lucky wary wistful dainty eager friendly fussy handsome "
    "nervous placid silent spotted thirsty"
)
LIFELESS = (
    "golden silver little distant painted ancient lonely yellow rusty wooden patient crooked tiny "
    "weary gleaming humble faithful restless gentle secret crimson famous steady noble battered "
    "borrowed dented dusty foreign gilded handsome homely mended modest nameless polished shabby "
    "shiny simple slender spotless stately sturdy trusty"
)
GROWING = (
    "scarlet yellow tender early golden drowsy fragrant modest purple dewy crooked little silver "
    "slender weary lonely mossy ancient crimson frosty fragile graceful humble knotted leafy shady "
    "sunny thirsty twisted"
)
FLEETING = (
    "silver restless gentle playful quiet golden gleaming ancient early sullen nimble secret icy "
    "foaming sudden careless careful dancing distant fragile giddy hasty idle lonely"
)
MASS = (
    "silver golden winter summer early gentle bitter quiet copper amber purple crimson yellow "
    "sullen heavy broken sudden tender sleepy ancient distant"
)
OBJECTS = (
    "lantern basket bucket ribbon feather button mitten fiddle kettle mirror whistle candle hammer "
    "letter pencil pillow penny bottle saucer teacup ladder blanket marble needle teapot napkin "
    "notebook postcard slipper sandal teaspoon trinket bonnet locket buckle pumpkin cushion"
)


@dataclass(frozen=True)
class Kind:
    """Things that do the same: nouns, what they are like and what they do."""

    nouns: str
    adjectives: str
    verbs: str


@dataclass(frozen=True)
class Scene:
    """Where a poem takes place.

    Args:
        places: words that open the poem; no two scenes share one.
        kinds: what is to be seen there.
        objects: what may be left lying there, besides ``OBJECTS``.
    """

    places: str
    kinds: tuple[Kind, ...]
    objects: str


SCENES = {
    "sea": Scene(
        places="harbor island lighthouse seaport headland inlet jetty",
        kinds=(
            Kind(
                "seagull heron plover curlew petrel gannet swallow puffin osprey eider dunlin",
                LIVELY,
                "call wheel glide turn wait dive sleep cry drift swoop preen land squawk soar",
            ),
            Kind(
                "schooner ferry trawler steamer rowboat dinghy galley frigate tugboat tanker "
                "cutter lifeboat sailboat freighter",
                LIFELESS,
                "drift rock creak turn wait roll sail sleep groan steam swing slow sink",
            ),
            Kind(
                "breaker ripple current billow shadow raindrop cloudbank whirlpool eddy bubble",
                FLEETING,
                "roll turn shine break hum fall dream play gleam swirl slow spin",
            ),
            Kind(
                "lantern beacon candle signal porthole headlamp lightship",
                LIFELESS,
                "glow burn shine wink turn wait fade blink gleam swing",
            ),
            Kind(
                "dolphin otter lobster mussel oyster herring urchin turtle limpet minnow mermaid "
                "haddock",
                LIVELY,
                "sleep dream hide drift play wait roam turn spin yawn swim",
            ),
            Kind(
                "sailor captain fisher pirate diver pilot swimmer stoker rower skipper drummer "
                "merchant",
                LIVELY,
                "sing wait row hum dream smile wave yawn work rest shout snore",
            ),
        ),
        objects="anchor paddle hammock parrot barrel seashell rudder",
    ),
    "orchard": Scene(
        places="orchard farmhouse meadow garden vineyard pasture homestead",
        kinds=(
            Kind(
                "swallow robin sparrow blackbird starling magpie pigeon linnet cuckoo skylark "
                "pheasant bluebird wagtail",
                LIVELY,
                "sing call turn wait hop glide sleep peck hide dive preen swoop soar",
            ),
            Kind(
                "apple cherry almond poppy daisy willow thistle lily walnut cowslip bluebell "
                "foxglove tulip hazel lilac rosebud pansy snowdrop",
                GROWING,
                "bloom nod sway lean fall shine wake glow dream swing droop",
            ),
            Kind(
                "cricket beetle spider hornet earwig glowworm locust silkworm weevil gadfly",
                LIVELY,
                "hum creep wait hide spin sing dream roam crawl click",
            ),
            Kind(
                "pony donkey rabbit rooster hedgehog heifer kitten turkey piglet gosling duckling "
                "bullock mongrel puppy",
                LIVELY,
                "wait sleep stand roam dream yawn run play stare snore",
            ),
            Kind(
                "shadow sunbeam raindrop feather petal dewdrop seedling cobweb",
                FLEETING,
                "fall drift turn shine sleep spin play float gleam",
            ),
            Kind(
                "farmer beggar thatcher miller neighbor gleaner mower reaper drover carter tinker "
                "peddler widow",
                LIVELY,
                "walk sing wait hum work rest wave bow snore yawn stroll",
            ),
        ),
        objects="saddle thimble pitcher carrot shovel haystack scarecrow sickle",
    ),
    "town": Scene(
        places="city market alley station tavern rooftop suburb",
        kinds=(
            Kind(
                "baker porter tailor painter dancer cobbler singer juggler sweeper barber banker "
                "teacher widow sergeant doctor lawyer actor waiter poet printer grocer florist "
                "dentist plumber butler",
                LIVELY,
                "hum smile wait walk wave sing bow yawn work rest stroll frown laugh",
            ),
            Kind(
                "lantern window candle streetlamp skylight mirror lightbulb headlamp fanlight",
                LIFELESS,
                "glow shine burn wait wink fade gleam blink",
            ),
            Kind(
                "tramcar wagon barrow taxi motor streetcar handcart scooter rickshaw",
                LIFELESS,
                "roll creak turn wait groan stop slow hum",
            ),
            Kind(
                "pigeon kitten sparrow tomcat poodle parrot mongrel beagle bulldog puppy starling "
                "hamster",
                LIVELY,
                "sleep wait hop stare roam yawn dream hide snore",
            ),
            Kind(
                "fiddle trumpet organ cello whistle banjo bugle zither tuba oboe",
                LIFELESS,
                "play sing sigh call hum wake dream weep laugh",
            ),
        ),
        objects="ticket parcel carpet raincoat handbag doorknob bracelet teddy",
    ),
    "mountain": Scene(
        places="valley mountain forest hamlet canyon summit glacier",
        kinds=(
            Kind(
                "eagle raven falcon jackdaw buzzard owlet blackbird cuckoo condor kestrel vulture "
                "woodcock",
                LIVELY,
                "wheel call glide turn wait dive sleep sail hide preen swoop soar",
            ),
            Kind(
                "marmot badger rabbit squirrel weasel hedgehog beaver wildcat bobcat chipmunk",
                LIVELY,
                "sleep wait dream hide roam play run yawn stare snore",
            ),
            Kind(
                "river torrent fountain snowflake icefall raindrop brooklet puddle snowdrift "
                "hailstone cloudlet",
                FLEETING,
                "fall turn shine sing dream wake gleam hum spin",
            ),
            Kind(
                "cedar aspen gentian poppy thistle willow hazel hemlock bluebell rowan alder "
                "bramble harebell laurel toadstool",
                GROWING,
                "sway lean nod bloom sleep shine wake stand dream droop",
            ),
            Kind(
                "shepherd pilgrim ranger miller hermit hunter climber goatherd trapper rover "
                "bandit scholar preacher",
                LIVELY,
                "walk sing wait rest hum climb dream wave roam snore",
            ),
        ),
        objects="hatchet saddle rucksack snowshoe antler flagon",
    ),
}

# Rhymes: the scenes that use them (by their initials), and two shelves. A word of one shelf is
# answered by a word of the other, so that no word, and no word that sounds just like it, is its own
# rhyme. Letters after a word tell how it can end a line, and after @, in which scenes only:
#   b  beside it       u  above it, beyond it     l  along it     m  amid it, like the rain
#   i  inside it       o  upon it                 g  wide enough for a whole town to lie there
#   t  a thing one can hold      v  a view to watch                s  "smells of" it
#   a  "in golden" it          w  as it stands, after a verb                  k  "the sky is" so
#   d  what anything may begin to do               p  what a person may long to do
RHYMES = """
stm  night:mgva at_night:w all_night:w tonight:w
     light:mugva bright:k kite:bt white:k flight:v write:p
so   bay:bulgv@s day:v all_day:w gray:k today:w by_day:w
     hay:bosa@o spray:mgva@s away:w play:dp clay:osa@o sway:d tray:bt stay:dp
so   sea:bulgv@s tree:bu free:k
     key:t quay:blo@s bee:bv@o with_me:w for_me:w tea:s@o
st   shore:blogv@s door:b floor:o roar:d
     store:bi@t oar:bt@s once_more:w soar:dp@s at_four:w@t pour:d
stm  moon:ugv in_June:w spoon:t
     tune:t at_noon:w dune:buo@s too_soon:w till_noon:w
s    tide:bugv hide:dp wide:k
     inside:w glide:dp outside:w ride:p
sot  bell:but shell:bt@so swell:mgv@s
     well:bi spell:t dwell:dp
sm   nest:bit rest:dp crest:bogv at_rest:w
     west:gmv chest:bit vest:t due_west:w guest:bv
s    boat:biotv coat:it
     note:t float:d
s    sand:logva band:bv
     land:lmgv strand:blog hand:it stand:dp
ot   stair:bo chair:bt mare:bv@o pear:bts fair:k
     square:blgv@t air:mgva bare:k hare:bv@o with_care:w
tm   rain:mgvsa lane:blg in_vain:w plain:lmgv@m
     train:biv pane:b chain:t vane:buv
om   stream:bulgv dream:it beam:bu
     gleam:dv cream:s scheme:t team:bv
m    snow:mugsva crow:bv glow:dv below:w
     doe:bv slow:k flow:d go:dp grow:d
ot   wall:buo hall:bi@t ball:t fall:d
     stall:bi shawl:t call:dp small:k sprawl:d
ot   gate:b plate:t of_late:w grate:b
     crate:bt slate:t wait:dp at_eight:w skate:p
ot   street:blugv@t wheat:mgbsva@o seat:bot
     heat:mgva sheet:t beet:t@o treat:t
o    spring:bg in_spring:w swing:bo ring:t
     string:t sing:dp wing:t king:bv cling:d
t    town:bulgv crown:t brown:k
     gown:t clown:bv frown:d
t    bread:s shed:bi red:k
     thread:t bed:b spread:d
m    hill:buogv mill:bi still:k spill:d
     sill:bo rill:bul chill:mgv quill:t
om   vine:bu@o pine:busg@m wine:s mine:bug@m fine:k
     line:bul shine:d shrine:bi twine:t sign:but
m    stone:bot throne:bt unknown:w
     alone:w bone:t phone:t moan:d
om   dawn:mgva at_dawn:w till_dawn:w
     lawn:blog@o fawn:bv yawn:dp
"""
