package roster

import (
	"crypto/sha256"
	"slices"

	"linli/internal/kit/spool"
)

// roster is a file that has been read. Its rows lie in a spool: memory holds
// some dozen bytes of each, where it lies and which room it is of.
type roster struct {
	sheet         string
	header        int
	columns       map[string]int // where each field stands
	ignored       []string
	kept          []string
	problems      errorList
	hiddenRows    int
	hiddenColumns []string
	formulas      int
	merged        int
	bad           int // rows that could not be read

	rows   spool.File
	places []rowPlace       // of the rows, in the order of the file
	rooms  map[digest]int32 // number of a room by its key, in the order of their first rows
	order  []int32          // numbers of rows, room by room
	beyond []int32          // the first row of each room that is one too many
}

type rowPlace struct {
	at   int64
	room int32
}

// digest stands for a text that is too long to hold 50,000 times.
type digest [16]byte

func digestText(s string) digest {
	sum := sha256.Sum256([]byte(s))
	return digest(sum[:16])
}

// batchRows is how many rows are compared with the database at a time. A room
// is never divided.
const batchRows = 2000

func (r *roster) add(row *rosterRow) error {
	at, err := r.rows.Add(row)
	if err != nil {
		return err
	}
	key := digestText(row.key)
	room, ok := r.rooms[key]
	if !ok {
		room = int32(len(r.rooms))
		r.rooms[key] = room
	}
	r.places = append(r.places, rowPlace{at, room})
	return nil
}

// maxRoomRows is how many rows may name one room. A room is looked at as a
// whole, and no room has as many people.
const maxRoomRows = 500

// sort brings the rows of one room together, however it is spelled: rooms in
// the order of their first rows, rows in the order of the file.
func (r *roster) sort() {
	start := make([]int32, len(r.rooms)+1)
	for _, p := range r.places {
		start[p.room+1]++
	}
	for i := 1; i < len(start); i++ {
		start[i] += start[i-1]
	}
	r.order = make([]int32, len(r.places))
	for i, p := range r.places {
		r.order[start[p.room]] = int32(i)
		start[p.room]++
	}
	r.rooms = nil
	r.cut()
}

// cut takes out of the order what rooms have too much of.
func (r *roster) cut() {
	kept, room, of := r.order[:0], int32(-1), 0
	for _, n := range r.order {
		if r.places[n].room != room {
			room, of = r.places[n].room, 0
		}
		of++
		switch {
		case of <= maxRoomRows:
			kept = append(kept, n)
		case of == maxRoomRows+1:
			r.beyond = append(r.beyond, n)
		}
	}
	r.order = kept
}

// batches hands the rows on, some rooms at a time.
func (r *roster) batches(fn func(rooms [][]*rosterRow) error) error {
	for from := 0; from < len(r.order); {
		to := min(from+batchRows, len(r.order))
		for to < len(r.order) && r.places[r.order[to]].room == r.places[r.order[to-1]].room {
			to++
		}
		batch, err := r.load(r.order[from:to])
		if err != nil {
			return err
		}
		if err := fn(batch); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// load reads rows in the order in which they lie and gives them by room.
func (r *roster) load(numbers []int32) ([][]*rosterRow, error) {
	byPlace := slices.Sorted(slices.Values(numbers))
	rows := make([]rosterRow, len(numbers))
	for i, n := range byPlace {
		if err := r.rows.Read(r.places[n].at, &rows[i]); err != nil {
			return nil, err
		}
		rows[i].columns = r.columns
	}
	var out [][]*rosterRow
	for i, n := range numbers {
		k, _ := slices.BinarySearch(byPlace, n)
		if i == 0 || r.places[n].room != r.places[numbers[i-1]].room {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], &rows[k])
	}
	return out, nil
}

func (r *roster) close() error {
	err := r.rows.Close()
	if perr := r.problems.close(); err == nil {
		err = perr
	}
	return err
}

// Code names the fields of a row for the spool.
func (r *rosterRow) Code(c *spool.Coder) {
	spool.Int(c, &r.line)
	spool.Int(c, &r.given)
	for _, s := range []*spot{&r.building, &r.unit} {
		c.Text(&s.name)
		c.Text(&s.key)
	}
	room := &r.room
	for _, s := range []*string{&room.Name, &room.Layout, &room.Kind, &room.State} {
		c.Text(s)
	}
	spool.Int(c, &room.Floor)
	spool.Int(c, &room.Floors)
	spool.Int(c, &room.Area)
	spool.Int(c, &room.InnerArea)
	spool.Int(c, &room.Handover)
	c.Text(&r.key)
	codePerson(c, &r.person)
	c.Text(&r.part)
	c.Text(&r.role)
	spool.List(c, &r.kept, func(v *keptValue) {
		c.Text(&v.kind)
		c.Text(&v.value)
	})
	spool.Int(c, &r.since)
	c.Bool(&r.payer)
	spool.Int(c, &r.share)
}
