"""Poses: where a figure's joints are, in heights of the figure; x to its front (it may be mirrored), y upwards from the ground under it.

hip: height of the hip; lean: how far the chest lies before the hip; feet and hands: far one, near one; hands from the middle of the shoulders;
knees and elbows: side to which they give; turn: the whole body, degrees, falling forwards; tilt: of the head. Feet None: legs are not seen.
"""
from dataclasses import dataclass, replace

HIP, CHEST = 0.27, 0.27  # leg and torso; the head takes the rest


@dataclass(frozen=True)
class Pose:
    hip: float = HIP
    lean: float = 0.0
    feet: tuple = ((-.075, 0), (.075, 0))
    hands: tuple = ((-.19, -.23), (.19, -.23))
    knees: tuple = (1, 1)
    elbows: tuple = (-1, 1)
    turn: float = 0.0
    tilt: float = 0.0
    thighs: bool = False          # seen from the front: thighs come towards the viewer
    side: bool = False            # seen from the side: the far arm is behind the body

    def with_hands(self, far=None, near=None, elbows=None):
        return replace(self, hands=(far or self.hands[0], near or self.hands[1]), elbows=elbows or self.elbows)


STAND = Pose()
WALK = Pose(hip=.265, lean=.015, feet=((-.13, .012), (.13, 0)), hands=((.13, -.2), (-.16, -.18)), knees=(1, 1), elbows=(1, 1), side=True)
RUN = Pose(hip=.29, lean=.07, feet=((-.26, .15), (.2, .03)), hands=((.2, -.03), (-.17, -.1)), knees=(1, 1), elbows=(1, 1), tilt=4, side=True)
LEAP = Pose(hip=.30, lean=.04, feet=((-.22, .1), (.22, .08)), hands=((-.28, .1), (.28, .1)), elbows=(1, -1), tilt=-3)
CHEER = Pose(hands=((-.29, .13), (.29, .13)), elbows=(1, -1))
WAVE = Pose(hands=((-.19, -.22), (.31, .11)), elbows=(-1, -1))
POINT = Pose(hands=((-.18, -.22), (.31, .02)), elbows=(-1, 1))
DANCE = Pose(hip=.26, lean=.02, feet=((-.06, 0), (.2, .1)), hands=((-.28, .13), (.26, -.06)), knees=(1, 1), elbows=(1, 1), tilt=6)
DANCE_2 = Pose(hip=.265, lean=-.02, feet=((-.16, 0), (.12, 0)), hands=((-.3, -.02), (.27, .15)), knees=(-1, 1), elbows=(1, -1), tilt=-6)
KNEEL = Pose(hip=.17, feet=((-.12, .02), (.1, 0)), hands=((-.06, -.24), (.2, -.2)), knees=(1, 1), side=True)
CROUCH = Pose(hip=.15, lean=.06, feet=((-.05, 0), (.09, 0)), hands=((.17, -.2), (.24, -.18)), knees=(1, 1), elbows=(1, 1), tilt=4, side=True)
BEND = Pose(hip=.26, lean=.14, feet=((-.06, 0), (.07, 0)), hands=((.12, -.26), (.2, -.25)), elbows=(1, 1), tilt=12, side=True)
PUSH = Pose(hip=.26, lean=.09, feet=((-.2, 0), (.05, 0)), hands=((.22, -.12), (.26, -.12)), elbows=(1, 1), tilt=3, side=True)
PULL = Pose(hip=.265, lean=.07, feet=((-.14, .01), (.14, 0)), hands=((-.24, -.14), (.14, -.2)), elbows=(-1, 1), side=True)
SIT = Pose(hip=0.0, feet=((-.085, -.15), (.085, -.15)), hands=((-.13, -.25), (.13, -.25)), thighs=True)           # the hip is where the seat is
GROUND = Pose(hip=.07, feet=((-.17, .03), (.17, .03)), hands=((-.15, -.22), (.15, -.22)), thighs=True)
CROSSED = Pose(hip=.06, feet=((.1, .02), (-.1, .02)), hands=((-.19, -.24), (.19, -.24)), knees=(1, -1))
RIDE = Pose(hip=0.0, lean=.01, feet=(None, (.05, -.21)), hands=((.16, -.12), (.2, -.15)), knees=(1, -1), elbows=(1, 1), side=True)  # the hip is on the back
PEDAL = Pose(hip=0.0, lean=.05, feet=((.03, -.25), (.1, -.2)), hands=((.2, -.06), (.23, -.08)), knees=(-1, -1), elbows=(1, 1), side=True)
STEER = Pose(hip=0.0, feet=None, hands=((.1, -.12), (.22, -.1)), elbows=(1, 1), side=True)
HALF = Pose(hip=0.0, feet=None)
LIE = Pose(hip=.07, turn=-90, feet=((-.04, 0), (.05, 0)), hands=((-.12, -.22), (.1, -.24)))
FLY = Pose(hip=.27, turn=68, feet=((-.03, 0), (.04, 0)), hands=((-.1, .2), (.1, .26)), tilt=-40)
CLIMB = Pose(hip=.27, feet=((-.08, .06), (.09, 0)), hands=((-.2, .2), (.26, .12)), knees=(1, -1), elbows=(1, -1))
SWIM = Pose(hip=0.0, feet=None, hands=((-.2, .08), (.27, .05)), elbows=(-1, 1))
KICK = Pose(hip=.27, lean=-.03, feet=((-.06, 0), (.27, .09)), hands=((-.24, -.05), (.2, -.12)), knees=(1, 1), elbows=(1, 1), tilt=-4, side=True)
THROW = Pose(hip=.265, lean=-.02, feet=((-.15, 0), (.14, 0)), hands=((.24, -.06), (-.2, .17)), knees=(1, 1), elbows=(1, 1), tilt=-4, side=True)
CATCH = Pose(hip=.25, lean=.03, feet=((-.14, 0), (.14, 0)), hands=((.22, .08), (.27, .0)), elbows=(1, 1), side=True)
GLIDE = Pose(hip=.24, lean=.06, feet=((-.1, 0), (.1, 0)), hands=((-.24, -.02), (.24, -.06)), knees=(1, 1), elbows=(1, 1), side=True)
DIVE = Pose(hip=.27, turn=125, feet=((-.03, 0), (.04, .02)), hands=((-.05, .24), (.08, .26)), tilt=0)
THINK = Pose(hands=((-.08, -.14), (.1, .0)), elbows=(-1, 1), tilt=5)
# --- with something in the hands
HOLD = Pose(hands=((-.19, -.23), (.2, -.08)), elbows=(-1, 1))            # one hand forward
HOLD_BOTH = Pose(hands=((-.09, -.12), (.09, -.12)), elbows=(-1, 1))      # before the chest
RAISE = Pose(hands=((-.19, -.23), (.30, .10)), elbows=(-1, -1))
OVERHEAD = Pose(hands=((-.25, .19), (.25, .19)), elbows=(1, -1))
MOUTH = Pose(hands=((-.17, -.23), (.07, .015)), elbows=(-1, 1))          # one hand at the mouth
MOUTH_BOTH = Pose(hands=((-.08, .0), (.08, .0)), elbows=(-1, 1))
STRUM = Pose(hands=((-.2, -.02), (.08, -.14)), elbows=(-1, 1))
REACH = Pose(lean=.02, hands=((-.16, -.22), (.3, -.06)), elbows=(-1, 1))
REACH_BOTH = Pose(lean=.02, hands=((.22, -.08), (.3, -.06)), elbows=(1, 1), side=True)
EYES = Pose(hands=((-.18, -.23), (.12, .12)), elbows=(-1, 1))
EAR = Pose(hands=((-.18, -.23), (.2, .1)), elbows=(-1, 1))
