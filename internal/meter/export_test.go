package meter

import "time"

// Read gives tests what a message says.
func (p *Platform) Read(payload string, now time.Time) ([]Sample, []string) {
	return p.read([]byte(payload), now)
}
