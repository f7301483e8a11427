package mqtt

import (
	"fmt"
	"net"
)

// framed looks at the lengths of packets as they come by, before the library
// makes room for them: the protocol lets a broker announce 256 MB.
type framed struct {
	net.Conn
	left  int  // of the packet that is going by
	head  bool // its first byte went by
	size  int  // what its length is so far
	shift uint
}

// tooLong ends the connection.
type tooLong struct{ size int }

func (t *tooLong) Error() string { return fmt.Sprintf("a packet of %d bytes", t.size) }

// Read is called by one goroutine at a time.
func (f *framed) Read(b []byte) (int, error) {
	n, err := f.Conn.Read(b)
	for rest := b[:n]; len(rest) > 0; {
		if f.left > 0 {
			skip := min(f.left, len(rest))
			f.left -= skip
			rest = rest[skip:]
			continue
		}
		c := rest[0]
		rest = rest[1:]
		if !f.head {
			f.head, f.size, f.shift = true, 0, 0
			continue
		}
		f.size |= int(c&0x7f) << f.shift // MQTT 3.1.1, 2.2.3
		f.shift += 7
		if f.size > most || f.shift > 28 {
			return 0, &tooLong{f.size}
		}
		if c&0x80 == 0 {
			f.head, f.left = false, f.size
		}
	}
	return n, err
}
