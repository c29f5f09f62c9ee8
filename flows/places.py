"""stub"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    id: str
    name: str

    def label(self, language):
        return self.name


class Places:
    governorates = (Place("beirut", "Beirut"), Place("mount_lebanon", "Mount Lebanon"))

    def districts(self, within):
        return (
            (Place("beirut", "Beirut"),)
            if within == "beirut"
            else (Place("baabda", "Baabda"), Place("el_meten", "El Meten"))
        )


def load_places(folder):
    return Places()
