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

// RoomArrears is what one room is late with.
type RoomArrears struct {
	Room   id.ID
	Amount money.Fen
	Oldest clock.Date // earliest due day of it
	Count  int
}

// OverdueRooms lists the rooms that are late on a day by more than days, who
// owes most first, below a place in that order (0, 0 is the top); among is all
// rooms when it is nil.
func (s *Service) OverdueRooms(ctx context.Context, q db.Q, project id.ID, among []id.ID, today clock.Date, days int, below money.Fen, room id.ID, limit int) ([]RoomArrears, error) {
	out, err := overdueRooms(ctx, q, project, among, today.AddDays(-days), below, room, limit)
	if err != nil {
		return nil, fmt.Errorf("overdue rooms: %w", err)
	}
	return out, nil
}

// OverdueSum is how many rooms are late, and with how much.
type OverdueSum struct {
	Rooms  int64
	Amount money.Fen
}

// SumOverdue adds up what OverdueRooms lists.
func (s *Service) SumOverdue(ctx context.Context, q db.Q, project id.ID, among []id.ID, today clock.Date, days int) (OverdueSum, error) {
	sum, err := sumOverdue(ctx, q, project, among, today.AddDays(-days))
	if err != nil {
		return sum, fmt.Errorf("sum overdue: %w", err)
	}
	return sum, nil
}
