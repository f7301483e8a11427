package billing

import (
	"context"
	"fmt"
	"slices"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/money"
)

// Owed is what one room owes on a day. A charge is not overdue on its due day
// itself.
type Owed struct {
	Owed    money.Fen
	Overdue money.Fen  // part of Owed
	Months  int        // billing months with something overdue
	Oldest  clock.Date // earliest due day of what is overdue, 0 when nothing is
}

// OwedByRoom sums the released charges of rooms; a room that owes nothing is
// missing. It asks once for up to 20,000 rooms.
func (s *Service) OwedByRoom(ctx context.Context, q db.Q, project id.ID, rooms []id.ID, today clock.Date) (map[id.ID]Owed, error) {
	out := map[id.ID]Owed{}
	for part := range slices.Chunk(rooms, maxRooms) {
		if err := owedByRoom(ctx, q, project, part, today, out); err != nil {
			return nil, fmt.Errorf("owed by room: %w", err)
		}
	}
	return out, nil
}
