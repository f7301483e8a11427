package drive

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// network is the wires between everybody; each can be good or bad.
type network struct {
	lines   map[string]*toxiproxy.Proxy
	journal *Journal
}

// lay lays a wire to each address, in the order of names, and answers where
// they begin.
func lay(ctx context.Context, j *Journal, to map[string]string) (*network, error) {
	n := &network{lines: map[string]*toxiproxy.Proxy{}, journal: j}
	exchange := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	for name, upstream := range to {
		begin, err := freeAddress(ctx)
		if err != nil {
			return nil, err
		}
		p := toxiproxy.NewProxy(exchange, name, begin, upstream)
		if err := p.Start(); err != nil {
			return nil, fmt.Errorf("lay line %s: %w", name, err)
		}
		n.lines[name] = p
	}
	return n, nil
}

// begin is where a line begins.
func (n *network) begin(line string) string { return n.lines[line].Listen }

// weather makes one line as bad as chance wants: slow, torn in the middle of a
// question or an answer, silent, or fine again.
func (n *network) weather(ctx context.Context, line string) error {
	p := n.lines[line]
	p.Toxics.ResetToxics(ctx)
	toxics := []string{}
	add := func(one string) { toxics = append(toxics, one) }
	stream := []string{"upstream", "downstream"}[rand.IntN(2)]
	switch rand.IntN(6) {
	case 0:
		add(fmt.Sprintf(`{"type":"latency","stream":%q,"toxicity":0.7,"attributes":{"latency":%d,"jitter":%d}}`, stream, 20+rand.IntN(300), 20+rand.IntN(200)))
	case 1:
		add(fmt.Sprintf(`{"type":"limit_data","stream":%q,"toxicity":0.4,"attributes":{"bytes":%d}}`, stream, 1+rand.IntN(1500)))
	case 2:
		add(fmt.Sprintf(`{"type":"reset_peer","stream":%q,"toxicity":0.4,"attributes":{"timeout":%d}}`, stream, rand.IntN(150)))
	case 3:
		add(fmt.Sprintf(`{"type":"timeout","stream":%q,"toxicity":0.3,"attributes":{"timeout":%d}}`, stream, 200+rand.IntN(1500)))
	case 4:
		add(fmt.Sprintf(`{"type":"slicer","stream":%q,"toxicity":0.6,"attributes":{"average_size":64,"size_variation":32,"delay":%d}}`, stream, 500+rand.IntN(3000)))
	}
	for _, one := range toxics {
		if _, err := p.Toxics.AddToxicJson(strings.NewReader(one)); err != nil {
			return fmt.Errorf("spoil line %s: %w", line, err)
		}
	}
	n.journal.write(Entry{Deed: Network, Who: line, Note: strings.Join(toxics, " ")})
	return nil
}

// calm mends every line.
func (n *network) calm(ctx context.Context) {
	for name, p := range n.lines {
		p.Toxics.ResetToxics(ctx)
		n.journal.write(Entry{Deed: Network, Who: name})
	}
}

func (n *network) stop() {
	for _, p := range n.lines {
		p.Stop()
	}
}
