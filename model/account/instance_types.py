"""Families of EC2 instance types that a node of EKS may be of.

A mistyped family is accepted by everything but EC2, which then fails after a quarter of an hour, when the node group
gives up. Sizes are not listed: they differ by family, and EC2 says at once that one does not exist.
Source: the EC2 API's list of instance types (2016-11-15, read in November 2026), without what cannot be a node:
generations before Nitro, Mac, and previous-generation types that EKS's images do not boot on.
"""

from model.problems import Problem

_FAMILIES = """
a1 c4 c5 c5a c5ad c5d c5n c6a c6g c6gd c6gn c6i c6id c6in c7a c7g c7gd c7gn c7i c7i-flex c8a c8g c8gb c8gd c8gn c8i
c8i-flex c8ib c8id c8in c8ine c9g c9gd d2 d3 d3en dl1 dl2q f1 f2 g3 g3s g4ad g4dn g5 g5g g6 g6e g6f g7 g7e gr6 gr6f h1
hpc6a hpc6id hpc7a hpc7g hpc8a i2 i3 i3en i4g i4i i7i i7ie i8g i8ge im4gn inf1 inf2 is4gen m4 m5 m5a m5ad m5d m5dn m5n
m5zn m6a m6g m6gd m6i m6id m6idn m6in m7a m7g m7gd m7i m7i-flex m8a m8azn m8g m8gb m8gd m8gn m8i m8i-flex m8ib m8id
m8idb m8idn m8in m8ine m9g m9gd p2 p3 p3dn p4d p4de p5 p5e p5en p6-b200 p6-b300 p6e-gb200 r4 r5 r5a r5ad r5b r5d r5dn
r5n r6a r6g r6gd r6i r6id r6idn r6in r7a r7g r7gd r7i r7iz r8a r8g r8gb r8gd r8gn r8i r8i-flex r8ib r8id r8idb r8idn
r8in r9g r9gd t2 t3 t3a t4g t8i trn1 trn1n trn2 trn2u u-12tb1 u-18tb1 u-24tb1 u-3tb1 u-6tb1 u-9tb1 u7i-12tb u7i-6tb
u7i-8tb u7ib-12tb u7in-16tb u7in-24tb u7in-32tb u7inh-32tb vt1 x1 x1e x2gd x2idn x2iedn x2iezn x8aedz x8g x8i z1d
"""

FAMILIES = frozenset(_FAMILIES.split())


def instance_problems(where: str, instance_type: str) -> list[Problem]:
    """A mistake for an instance type of a family that does not exist; the allowed ones are those of like letters."""
    family = instance_type.partition(".")[0]
    if family in FAMILIES:
        return []
    near = sorted(known for known in FAMILIES if known[0] == family[:1]) or sorted(FAMILIES)
    return [Problem(where, f"found unknown instance family {family!r}", ", ".join(near))]


def is_arm(instance_type: str) -> bool:
    """Whether the type is Graviton: a ``g`` right after the generation's number, or the first of them, a1."""
    family = instance_type.partition(".")[0]
    after_number = family.lstrip("abcdefghijklmnopqrstuvwxyz").lstrip("0123456789")
    return family == "a1" or after_number.startswith("g")
