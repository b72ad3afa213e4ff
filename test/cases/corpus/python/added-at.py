"""Rows of a table that are looked up, and gradients that are added where they were taken from, also where they repeat."""
import numpy as np


class Lookup:
    def __init__(self, table):
        self.table = table
        self.rows = None
        self.dtable = None

    def forward(self, rows):  #: model
        self.rows = rows
        return self.table[rows]

    def backward(self, dout):
        self.dtable = np.zeros_like(self.table)
        np.add.at(self.dtable, self.rows, dout)  #: right
        return None


class ListedLookup:
    def __init__(self, table):
        self.params = [table]
        self.grads = [np.zeros_like(table)]
        self.rows = None

    def forward(self, rows):  #: model
        table, = self.params
        self.rows = rows
        return table[rows]

    def backward(self, dout):
        dtable, = self.grads
        dtable[...] = 0
        np.add.at(dtable, self.rows, dout)  #: right


def lookup_forward(words, vectors):  #: model
    """words: (N, T) integers; vectors: (V, D)."""
    out = vectors[words]
    return out, (words, vectors)


def lookup_backward(dout, cache):
    words, vectors = cache
    dvectors = np.zeros_like(vectors)
    np.add.at(dvectors, words, dout)
    return dvectors  #: right


def twice_forward(words, vectors):  #: model
    """words: (N, T) integers; vectors: (V, D)."""
    out = 2 * vectors[words]
    return out, (words, vectors)


def twice_backward(dout, cache):
    words, vectors = cache
    dvectors = np.zeros_like(vectors)
    np.add.at(dvectors, words, dout)  #: wrong
    return dvectors  #: wrong


def histogram(bins, counts, values):
    np.add.at(counts, bins, values)
    return counts
