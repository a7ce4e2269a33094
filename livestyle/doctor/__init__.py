"""Says what of this machine works, and how to mend what does not.

A check is a function that gives findings. `examine` runs them all; one that breaks is
itself a finding. What may end the whole process (a GPU's libraries, Qt without its
display, a foreign driver) is tried in a process of its own, see `apart`.
"""
