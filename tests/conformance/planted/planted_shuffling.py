"""A healthy shuffler; the hooks are where the faults go in."""

WORD = 2**64
TOUR, WALK = 0x746F7572, 0x77616C6B


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % WORD
    return z ^ (z >> 31)


class Shuffling:
    """One run at a time."""

    def tour_word(self, key, gamma, position, step):
        return mix((mix(key ^ TOUR) + (position + step + 1) * gamma) % WORD)

    def walk_word(self, key, gamma, position, step):
        return mix((mix((mix(key ^ WALK) + (position + 1) * gamma) % WORD) + (step + 1) * gamma) % WORD)

    def first_step(self):
        return 0

    def refused(self, word, bound):
        return word * bound % WORD < WORD % bound

    def below(self, word, bound, gamma):
        while self.refused(word, bound):
            word = mix((word + gamma) % WORD)
        return word * bound // WORD

    def chosen(self, counts, number):
        base = 0
        while number >= counts[base]:
            number -= counts[base]
            base += 1
        return base

    def onward(self, vertex, base, order):
        return (vertex * 4 + base) % 4**order

    def elsewhere(self, counts, vertex, order):
        return [0 if self.onward(vertex, base, order) == vertex else counts[base] for base in range(4)]

    def counted(self, cells, order):
        exits, at = {}, self.word(cells[:order], order)
        for base in cells[order:]:
            exits.setdefault(at, [0] * 4)[base] += 1
            at = self.onward(at, base, order)
        return exits, at

    def word(self, letters, order):
        at = 0
        for base in letters:
            at = self.onward(at, base, order)
        return at

    def tree(self, cells, exits, root, key, gamma, position, order):
        last, joined, step = {}, {root}, self.first_step()
        for begin in list(exits):
            at = begin
            while at not in joined:
                counts = self.elsewhere(exits[at], at, order)
                number = self.below(self.walk_word(key, gamma, position, step), sum(counts), gamma)
                last[at] = self.chosen(counts, number)
                at = self.onward(at, last[at], order)
                step += 1
            at = begin
            while at not in joined:
                joined.add(at)
                at = self.onward(at, last[at], order)
        return last

    def shuffled(self, cells, key, gamma, position, order):
        exits, root = self.counted(cells, order)
        last = self.tree(cells, exits, root, key, gamma, position, order)
        for vertex, base in last.items():
            exits[vertex][base] -= 1
        made, at = cells[:order], self.word(cells[:order], order)
        for i in range(order, len(cells)):
            left = sum(exits[at])
            base = last[at] if not left else self.chosen(
                exits[at], self.below(self.tour_word(key, gamma, position, i), left, gamma)
            )  # fmt: skip
            exits[at][base] -= bool(left)
            made.append(base)
            at = self.onward(at, base, order)
        return made

    def runs(self, starts, ends):
        return zip(starts.tolist(), ends.tolist(), strict=True)

    def streams(self, keys, gammas):
        return zip(keys.tolist(), gammas.tolist(), strict=True)

    def too_short(self, size, order):
        return size <= order

    def shuffle(self, codes, starts, ends, keys, gammas, positions, *, order):
        columns = zip(self.runs(starts, ends), self.streams(keys, gammas), positions.tolist(), strict=True)
        for (start, end), (key, gamma), position in columns:
            if not self.too_short(end - start, order):
                codes[start:end] = self.shuffled(codes[start:end].tolist(), key, gamma, position, order)
